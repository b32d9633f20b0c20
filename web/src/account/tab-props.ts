import type { AccountFilter } from "./filters";

/** What every tab of the account panel is given. */
export interface TabProps {
  readonly accountId: string;
  readonly filter: AccountFilter;
  readonly onFilter: (filter: AccountFilter) => void;
  /** Names to choose from in the filter. */
  readonly markets: readonly string[];
  readonly assets: readonly string[];
}
