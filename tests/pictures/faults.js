// What is wrong with the screen as it stands; evaluated in the page.
(finger) => {
    const found = []
    const dialog = document.querySelector("dialog[open]")
    const root = dialog ?? document.body
    const say = (what, element) => {
        const words = (element.getAttribute("aria-label") ?? element.textContent ?? "")
            .trim().replace(/\s+/g, " ").slice(0, 50)
        found.push(`${what}: <${element.localName} ${element.className}> ${words}`)
    }
    const seen = (element) => {
        // For screen readers alone.
        if (element.closest(".vh") || getComputedStyle(element).clipPath !== "none") return false
        if (element.closest("[aria-hidden=true]")) return false
        return element.checkVisibility({ opacityProperty: true, visibilityProperty: true })
    }
    const page = document.scrollingElement
    if (page.scrollWidth > innerWidth) found.push(`scrolls sideways to ${page.scrollWidth}`)
    const sticks = (element) => {
        for (let one = element; one && one !== root; one = one.parentElement)
            if (["auto", "scroll", "hidden"].includes(getComputedStyle(one).overflowX) && one !== element)
                return false
        return true
    }
    const everything = [...root.querySelectorAll("*")].filter(seen)
    for (const element of everything) {
        const box = element.getBoundingClientRect()
        if (box.width && (box.right > innerWidth + 1 || box.left < -1) && sticks(element))
            say(`beyond the edge (${Math.round(box.left)} to ${Math.round(box.right)})`, element)
        const style = getComputedStyle(element)
        const words = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim())
        if (!words) continue
        const size = parseFloat(style.fontSize)
        const isSqueezed = box.width < 3.2 * size && box.height > 3.5 * size && element.textContent.trim().length > 6
        if (isSqueezed) say(`squeezed to ${Math.round(box.width)} px`, element)
        if (style.overflowX === "hidden" && element.scrollWidth > element.clientWidth + 1) say("cut off", element)
        if (style.overflowY === "hidden" && element.scrollHeight > element.clientHeight + 1) say("cut off below", element)
    }
    const targets = "a[href], button, input, select, textarea, summary, label.mid"
    for (const element of root.querySelectorAll(targets)) {
        const label = element.closest("label")
        const target = label && ["checkbox", "radio", "file"].includes(element.type) ? label : element
        if (!seen(target) || target.localName === "label" && target !== element && label.querySelector("textarea")) continue
        const { width, height } = target.getBoundingClientRect()
        if (!width || getComputedStyle(target).display === "inline" && target.closest("p")) continue
        if (width < finger - 0.5 || height < finger - 0.5) say(`small (${Math.round(width)} × ${Math.round(height)})`, target)
    }
    const foot = document.querySelector(".foot, nav[aria-label=Main]")
    if (foot && !dialog && getComputedStyle(foot).position !== "static") {
        const before = page.scrollTop
        page.scrollTop = page.scrollHeight
        const edge = foot.getBoundingClientRect().top
        const last = [...document.querySelectorAll("main *")].filter(
            (element) => seen(element) && element.getBoundingClientRect().bottom > edge + 1
                && !foot.contains(element) && element.children.length === 0,
        )
        if (last[0]) say(`hidden under the foot (${Math.round(last[0].getBoundingClientRect().bottom - edge)} px)`, last[0])
        if (edge < innerHeight * 0.35) say(`the foot takes ${Math.round(100 - (100 * edge) / innerHeight)} %`, foot)
        page.scrollTop = before
    }
    return [...new Set(found)]
}
