import { Decimal } from "@exchange/sdk";
import { describe, expect, it } from "vitest";
import { csvFileName, csvLine, toCsv } from "./csv";

describe("CSV", () => {
  it("has a header, a line for each row, and a line end after each", () => {
    const columns = [
      { title: "market", value: (row: { market: string; id: bigint }) => row.market },
      { title: "order_id", value: (row: { market: string; id: bigint }) => row.id },
    ];
    expect(toCsv(columns, [{ market: "BTC-USDC", id: 2n ** 63n }])).toBe(
      "market,order_id\r\nBTC-USDC,9223372036854775808\r\n",
    );
  });

  it("writes decimals exactly, without an exponent", () => {
    expect(csvLine([new Decimal("0.000000000000000001"), new Decimal("1e21"), new Decimal("-12.50")])).toBe(
      "0.000000000000000001,1000000000000000000000,-12.5",
    );
  });

  it("quotes commas, quotes and line ends", () => {
    expect(csvLine(["a,b", 'say "hi"', "two\nlines", "plain"])).toBe('"a,b","say ""hi""","two\nlines",plain');
  });

  it("keeps a spreadsheet from running text as a formula", () => {
    expect(csvLine(["=HYPERLINK(1)", "+1", "-1", "@sum", "a=b"])).toBe("'=HYPERLINK(1),'+1,'-1,'@sum,a=b");
    expect(csvLine(['=cmd|"x",1'])).toBe('"\'=cmd|""x"",1"');
  });

  it("leaves markup as it is: a file is no page", () => {
    expect(csvLine(["<img src=x onerror=alert(1)>"])).toBe("<img src=x onerror=alert(1)>");
  });

  it("leaves absent values empty and writes times in UTC", () => {
    expect(csvLine([undefined, null, new Date(0), false, 0])).toBe(",,1970-01-01T00:00:00.000Z,false,0");
  });

  it("is named after its contents and the time in UTC", () => {
    expect(csvFileName("fills", new Date(Date.UTC(2026, 0, 31, 14, 25, 1)))).toBe("fills-2026-01-31-142501.csv");
  });
});
