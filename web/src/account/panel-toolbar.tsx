import { createContext, type ReactNode, useContext } from "react";
import { createPortal } from "react-dom";

/** Where the tools of the tab in front are shown: beside the tabs, so that rows keep the room below. */
export const ToolbarSlot = createContext<HTMLElement | null>(null);

/** The tools of a tab; rendered into the panel's slot. */
export function PanelToolbar({ children }: { children: ReactNode }) {
  const slot = useContext(ToolbarSlot);
  return slot === null ? null : createPortal(children, slot);
}
