import "../shared/styles/main";
import "./field.css";

import { mount } from "svelte";

import App from "./App.svelte";
import { boot } from "./boot.svelte";
import { fetchGuard } from "./screens/lazy";
import { registerWorker } from "./worker";

const target = document.getElementById("field");
if (target) {
  fetchGuard();
  mount(App, { target });
  void boot();
  void registerWorker();
}
