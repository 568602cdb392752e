// What the app has in its database, read beside the app.
async () => {
  const names = (await indexedDB.databases()).map((db) => db.name)
  const name = names.find((each) => each.startsWith('field-'))
  const db = await new Promise((done, fail) => {
    const ask = indexedDB.open(name)
    ask.onsuccess = () => done(ask.result)
    ask.onerror = () => fail(ask.error)
  })
  const all = (store) => new Promise((done, fail) => {
    const ask = db.transaction(store).objectStore(store).getAll()
    ask.onsuccess = () => done(ask.result)
    ask.onerror = () => fail(ask.error)
  })
  const [outbox, rows, meta] = await Promise.all(['outbox', 'rows', 'meta'].map(all))
  db.close()
  return { outbox, rows, meta }
}
