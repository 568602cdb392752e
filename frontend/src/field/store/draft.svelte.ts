// What is being typed, kept while it is typed: a phone may die in mid-sentence.
import type { FieldDb } from "./db";

const WAIT_MS = 200;

export class Draft {
  private value = $state("");
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly db: FieldDb,
    private readonly key: string,
  ) {
    void db.drafts.get(key).then((kept) => {
      if (kept && !this.value) this.value = String(kept.value);
    });
  }

  get text(): string {
    return this.value;
  }

  set text(value: string) {
    this.value = value;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.keep(), WAIT_MS);
  }

  clear(): void {
    clearTimeout(this.timer);
    this.value = "";
    void this.db.drafts.delete(this.key);
  }

  private async keep(): Promise<void> {
    const row = { key: this.key, value: this.value, at: new Date().toISOString() };
    // A phone that was locked within these milliseconds takes nothing more.
    await this.db.drafts.put(row).catch((error: unknown) => console.warn(String(error)));
  }
}
