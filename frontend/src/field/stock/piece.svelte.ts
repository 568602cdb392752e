// How many of a part, and which: what every act with parts asks for.
import type { FieldState } from "../state.svelte";
import type { Args, Part, Visit } from "../types";
import { saysWhat, whatIs } from "./match";

export class Piece {
  quantity = $state(1);
  serial = $state("");
  lot = $state("");
  asked = $state(false);

  constructor(
    readonly field: FieldState,
    readonly part: Part,
    private readonly asset: Visit["asset"] = null,
  ) {}

  get held(): number {
    return this.field.stock.get(this.part.id) ?? 0;
  }

  /** What is missing, in words; empty when the act can be done. */
  get problem(): string {
    if (this.part.has_serial && !this.serial.trim()) return "Enter the serial number: this part is tracked one by one.";
    if (this.part.has_lot && !this.lot.trim()) return "Enter the lot that is on the box.";
    return "";
  }

  /** The serial numbers and lots that the van has, to be tapped instead of typed. */
  get numbers(): string[] {
    return this.field.van.get(this.part.id)?.serials ?? [];
  }

  get lots(): [string, number][] {
    return Object.entries(this.field.van.get(this.part.id)?.lots ?? {});
  }

  says = (text: string): string => {
    const found = whatIs(text, { parts: this.field.parts.values(), van: this.field.van, asset: this.asset });
    return saysWhat(found, this.part);
  };

  get args(): Args {
    const count = this.part.has_serial ? 1 : this.quantity;
    return { part: this.part.id, quantity: count, serial: this.serial.trim(), lot: this.lot.trim() };
  }

  /** Whether everything is there; shows what is missing from now on. */
  check(): boolean {
    this.asked = true;
    return this.problem === "";
  }
}
