// The office's pages are complete without this file: it saves presses and shows the news.
import "../shared/styles/main";
import "./office.css";
import "./record.css";

import { chooseAlike } from "./alike";
import { follow } from "./follow";
import { hotkeys } from "./hotkeys";

document.documentElement.classList.add("scripted");
for (const form of document.querySelectorAll<HTMLFormElement>("[data-filters]")) {
  form.addEventListener("change", () => form.requestSubmit());
}
chooseAlike(document);
hotkeys(document);
if (document.querySelector("[data-follow]")) follow();
