import { mount } from "svelte";
import "../shared/styles/main";
import Board from "./Board.svelte";

const target = document.getElementById("board");
if (target) {
  const { territory = "", today = "", token = "", mapStyle = "", mapTiles = "", mapCredit = "" } = target.dataset;
  const ground = { style: mapStyle, tiles: mapTiles, credit: mapCredit };
  mount(Board, { target, props: { territory, today, ground, token } });
}
