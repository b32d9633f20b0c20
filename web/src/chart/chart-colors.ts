export type ChartColors = {
  surface: string;
  line: string;
  lineStrong: string;
  text: string;
  muted: string;
  faint: string;
  accent: string;
  buy: string;
  sell: string;
  buySoft: string;
  sellSoft: string;
  raised: string;
};

/** The theme's colours for a canvas, which cannot read CSS variables; to be read anew when the theme changes. */
export function readChartColors(): ChartColors {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    surface: read("--surface"),
    line: read("--line"),
    lineStrong: read("--line-strong"),
    text: read("--text"),
    muted: read("--muted"),
    faint: read("--faint"),
    accent: read("--accent"),
    buy: read("--buy"),
    sell: read("--sell"),
    buySoft: read("--buy-soft"),
    sellSoft: read("--sell-soft"),
    raised: read("--raised"),
  };
}
