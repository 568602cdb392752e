// Looks at the app from beside it: what is on the screen and since when. Nothing of the
// app knows of it.
(() => {
  const watch = {
    clicked: 0,
    online: 0,
    derived: 0,
    kept: 0,
    shift: 0,
    shifted: [],
    painted: 0,
    interactions: [],
    work,
    until,
    next: null,
    isLocked: () => heading() === 'Locked' && isReady('.keys button'),
    isChoosing: () => heading() === 'Choose a PIN' && isReady('.keys button'),
    isList: () => heading() === 'Today' && document.querySelector('article.card h2') !== null,
    isPage: (path, words) =>
      location.pathname === path &&
      !document.querySelector('main[aria-busy]') &&
      [...document.querySelectorAll('h1, h2')].some((title) => title.textContent.includes(words)),
    says: (selector, words) => document.querySelector(selector)?.textContent.includes(words) ?? false,
    count: (selector) => document.querySelectorAll(selector).length,
    notes: (text) => [...document.querySelectorAll('.note p')].some((note) => note.textContent === text),
  }
  window.__watch = watch
  let span = { first: 0, last: -Infinity, moved: 0 }

  const heading = () => document.querySelector('h1')?.textContent
  const isReady = (selector) => document.querySelector(selector)?.disabled === false

  // A fixed piece of work: how long it takes says how busy the machine is just now.
  function work() {
    const started = performance.now()
    let hash = 2166136261
    for (let step = 0; step < 4_000_000; step += 1) hash = Math.imul(hash ^ step, 16777619)
    watch.hash = hash
    return performance.now() - started
  }

  /** When the screen says so, a frame later: then it has been drawn. */
  function until(holds) {
    return new Promise((done) => {
      const look = () => {
        if (!holds()) return
        observer.disconnect()
        requestAnimationFrame(() => {
          const channel = new MessageChannel()
          channel.port1.onmessage = () => done(performance.now())
          channel.port2.postMessage(0)
        })
      }
      const observer = new MutationObserver(look)
      observer.observe(document, { childList: true, subtree: true, attributes: true, characterData: true })
      look()
    })
  }

  addEventListener('click', (event) => event.isTrusted && (watch.clicked = event.timeStamp), true)
  addEventListener('online', (event) => (watch.online = event.timeStamp), true)
  if (window.isSecureContext) {
    const derive = SubtleCrypto.prototype.deriveBits
    SubtleCrypto.prototype.deriveBits = function (how, ...rest) {
      const started = performance.now()
      const bits = derive.call(this, how, ...rest)
      if (how.name === 'PBKDF2') bits.then(() => (watch.derived = performance.now() - started))
      return bits
    }
  }
  // An act is kept when the transaction that wrote it is complete, and not before.
  const open = IDBDatabase.prototype.transaction
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    const transaction = open.call(this, stores, mode, options)
    if (mode === 'readwrite' && [stores].flat().includes('outbox')) {
      transaction.addEventListener('complete', () => {
        // The first after the tap: what comes later is no longer waited for.
        if (watch.kept < watch.clicked) watch.kept = performance.now()
      })
    }
    return transaction
  }
  const see = (type, each, options = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true, ...options })
  see('layout-shift', (entry) => {
    if (entry.hadRecentInput) return
    // As browsers count: what moves within a second of another, five seconds at most.
    const { first, last } = span
    const goes = entry.startTime - last < 1000 && entry.startTime - first < 5000
    span = { first: goes ? first : entry.startTime, last: entry.startTime, moved: (goes ? span.moved : 0) + entry.value }
    watch.shift = Math.max(watch.shift, span.moved)
    for (const { node } of entry.sources) {
      const what = `${location.pathname} ${node?.outerHTML?.slice(0, 60)}`
      if (!watch.shifted.includes(what)) watch.shifted.push(what)
    }
  })
  see('largest-contentful-paint', (entry) => (watch.painted = entry.startTime))
  see('event', (entry) => entry.interactionId && watch.interactions.push([entry.interactionId, entry.duration]), { durationThreshold: 16 })
  watch.locked = until(watch.isLocked)
  watch.listed = until(watch.isList)
  watch.chosen = until(watch.isChoosing)
})()
