// Keep a photo: the act, what is said of it and its bytes are on the disk together or
// not at all.
import { v7 } from "uuid";

import type { FieldDb } from "../store/db";
import { MIME, type Taken } from "../photos/taken";
import type { Args, Photo } from "../types";
import { enqueue } from "./outbox";

export interface About {
  caption: string;
  label: Photo["label"];
  item?: string;
  drawn_on?: string;
}

/** What goes first: what a gate waits for, then the rest. */
const RANK = { required: 1, rest: 2 };

export async function keepPhoto(db: FieldDb, visit: string, taken: Taken, about: About, now: Date): Promise<string> {
  const id = v7();
  const args = argsOf(id, taken, about);
  await db.transaction("rw", db.meta, db.outbox, db.media, db.blobs, async () => {
    await enqueue(db, [{ kind: "photo.add", visit, args }], now);
    await db.blobs.add({ id, bytes: taken.bytes });
    await db.media.add({
      id,
      visit,
      sha256: taken.sha256,
      size: taken.bytes.byteLength,
      sent: 0,
      rank: about.item ? RANK.required : RANK.rest,
      at: now.toISOString(),
      caption: about.caption,
      thumb: taken.thumb,
      state: "saved",
    });
  });
  return id;
}

function argsOf(id: string, taken: Taken, about: About): Args {
  const { sha256, width, height, place } = taken;
  const args: Args = { media: id, sha256, size: taken.bytes.byteLength, mime: MIME, width, height };
  for (const [name, value] of Object.entries({ ...about, place })) if (value) args[name] = value;
  return args;
}
