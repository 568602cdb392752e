import { mount } from "svelte";
import "../shared/styles/main";
import CallPage from "./CallPage.svelte";

const target = document.getElementById("call");
if (target) mount(CallPage, { target, props: { back: target.dataset.back ?? "/board/" } });
