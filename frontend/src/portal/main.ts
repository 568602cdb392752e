// The portal is complete without this file: it only saves a press and a reload.
import "../shared/styles/main";
import "./portal.css";
import { countDown } from "./hold";
import { keepFresh } from "./live";
import { holdOnPress } from "./windows";

document.documentElement.classList.add("scripted");
for (const box of document.querySelectorAll<HTMLElement>("[data-expires]")) countDown(box);
for (const form of document.querySelectorAll<HTMLFormElement>("form[data-hold]")) holdOnPress(form);
for (const panel of document.querySelectorAll<HTMLElement>("[data-live]")) keepFresh(panel);
