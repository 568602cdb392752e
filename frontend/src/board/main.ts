import { mount } from "svelte";
import "../shared/styles/main";
import Board from "./Board.svelte";

const target = document.getElementById("board");
if (target) {
  const { territory = "", today = "", mapStyle = "", token = "" } = target.dataset;
  mount(Board, { target, props: { territory, today, mapStyle, token } });
}
