// A checklist as the phone shows it, for whoever writes it: the same screen, kept nowhere.
import { mount } from "svelte";

import "../shared/styles/main";
import "./field.css";
import Preview from "./Preview.svelte";
import type { Checklist } from "./types";

const target = document.getElementById("field");
const written = document.getElementById("checklist")?.textContent;
if (target && written) mount(Preview, { target, props: { checklist: JSON.parse(written) as Checklist } });
