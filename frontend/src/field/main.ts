import "../shared/styles/main";
import "./field.css";

import { mount } from "svelte";

import App from "./App.svelte";
import { boot } from "./boot.svelte";
import { registerWorker } from "./worker";

const target = document.getElementById("field");
if (target) {
  mount(App, { target });
  void boot();
  void registerWorker();
}
