#!/usr/bin/env python3
"""Opens a report in headless Chromium, without a network, and looks for visible faults.

    tests/apps/report_browser.py runs/gn4/report.html [--pictures DIR]

Sends commands to the browser through a pipe, in the DevTools protocol
(https://chromedevtools.github.io/devtools-protocol). Prints one line per fault. Exit status 0: no faults,
1: some faults, 77: Chromium is not installed. --pictures keeps pictures of the pages, as PNG and PDF.
"""
import argparse
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]

# JavaScript expressions that are evaluated in the page; each gives a list of complaints.
IMAGES = """[...document.images].filter(i => !(i.complete && i.naturalWidth > 0)).map(i => "no picture: " + i.alt)"""
CHARTS = """[...document.querySelectorAll("figure.chart")].flatMap((f, i) => {
  const lines = [...f.querySelectorAll("path[stroke-width='2'], path[stroke-width='5']")];
  return [...lines.length ? [] : [`chart ${i} has no lines`],
          ...lines.some(l => getComputedStyle(l).stroke === "none") ? [`chart ${i} has lines without a colour`] : []];
}).concat(document.querySelector("figure.chart") ? [] : ["the page has no charts"])"""
OVERFLOW = """(() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  return wide > 0 ? [`the page is ${wide} pixels wider than the screen`] : [];
})()"""
SMALL_PRINT = """[...document.querySelectorAll("body *")].filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())
    && e.getClientRects().length && !["SCRIPT", "STYLE"].includes(e.tagName)).map(e => {
  const scale = e.ownerSVGElement ? e.ownerSVGElement.getBoundingClientRect().width / 360 : 1;
  return [parseFloat(getComputedStyle(e).fontSize) * scale, e.textContent.trim()];
}).filter(([size]) => size < 9.5).slice(0, 3).map(([size, words]) => `letters of ${size.toFixed(1)} pixels: ${words}`)"""
HOVER = """[...document.querySelectorAll("figure.chart")].flatMap((f, i) => {
  const box = f.getBoundingClientRect();
  f.dispatchEvent(new PointerEvent("pointermove", {clientX: box.left + box.width * .6, clientY: box.top + 60, pointerType: "mouse"}));
  const tip = f.querySelector(".tip"), rows = tip.querySelectorAll("i").length;
  const found = [];
  if (tip.hidden || !/^[a-z ]+ \\d+$/.test(tip.querySelector("b").textContent)) found.push(`chart ${i} shows no values`);
  if (!rows || tip.textContent.includes("NaN") || tip.textContent.includes("undefined")) found.push(`chart ${i} shows ` + tip.textContent);
  if (tip.scrollWidth > tip.clientWidth) found.push(`the values of chart ${i} overflow their box`);
  const right = tip.getBoundingClientRect().right;
  if (right > innerWidth) found.push(`the values of chart ${i} end ${right - innerWidth} pixels beyond the screen`);
  f.dispatchEvent(new PointerEvent("pointerleave", {pointerType: "mouse"}));
  if (!tip.hidden) found.push(`chart ${i} keeps its values`);
  return found;
})"""
KEYS = """(() => {
  const f = document.querySelector("figure.chart");
  f.dispatchEvent(new KeyboardEvent("keydown", {key: "ArrowRight"}));
  const shown = f.querySelector(".tip b")?.textContent;
  f.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape"}));
  return shown ? [] : ["arrow keys show no values"];
})()"""
READING = """[...document.querySelectorAll(".matrix")].flatMap((matrix, i) => {
  const cell = matrix.querySelector("td[title]");
  cell.dispatchEvent(new PointerEvent("pointerover", {bubbles: true}));
  return matrix.querySelector(".reading").textContent === cell.title ? [] : [`the value of a cell of matrix ${i} is not shown`];
}).concat(document.querySelector(".matrix, #study") ? [] : ["the page has no confusion matrix"])"""
CONTRAST = """(() => {
  const lum = c => { const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(v => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
  const numbers = c => c.match(/[\\d.]+/g).map(Number), paper = getComputedStyle(document.body).backgroundColor;
  const over = c => { const [r, g, b, a = 1] = numbers(c), p = numbers(paper); return `rgb(${[r, g, b].map((v, i) => a * v + (1 - a) * p[i])})`; };
  const ratio = (c, on = paper) => { const [a, b] = [lum(c), lum(over(on))].sort((x, y) => y - x); return (a + .05) / (b + .05); };
  const pale = [...document.querySelectorAll(".confusion tbody td")].map(t => [ratio(getComputedStyle(t).color, getComputedStyle(t).backgroundColor), t.title]).filter(([r]) => r < 4);
  if (pale.length) return [`the contrast of a cell is only ${pale[0][0].toFixed(1)}: ${pale[0][1]}`];
  return [["text", 7], ["muted", 4.5], ["series-0", 3], ["series-1", 3], ["series-2", 3]].flatMap(([name, least]) => {
    const probe = document.createElement("i");
    probe.style.color = `var(--${name})`;
    document.body.append(probe);
    const r = ratio(getComputedStyle(probe).color);
    probe.remove();
    return r < least ? [`the contrast of ${name} with the background is only ${r.toFixed(1)}`] : [];
  });
})()"""


class Browser:
    def __init__(self, program, profile):
        self.number, self.events = 0, []
        to_browser, self.write = os.pipe()
        self.read, from_browser = os.pipe()
        for fd in (to_browser, from_browser):
            os.set_inheritable(fd, True)
        # --remote-debugging-pipe reads from fd 3 and writes to fd 4.
        command = f'exec "$@" 3<&{to_browser} 4>&{from_browser}'
        self.process = subprocess.Popen(
            ["bash", "-c", command, "bash", program, "--headless=new", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe", f"--user-data-dir={profile}",
             "--no-first-run", "--disable-extensions", "--host-resolver-rules=MAP * ~NOTFOUND", "about:blank"],
            pass_fds=(to_browser, from_browser), stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self.buffer = b""

    def receive(self):
        while b"\0" not in self.buffer:
            chunk = os.read(self.read, 1 << 20)
            if not chunk:
                sys.exit("the browser ended too early")
            self.buffer += chunk
        message, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.receive()
            if answer.get("id") == self.number:
                if "error" in answer:
                    sys.exit(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.events.append(answer)

    def wait_for(self, method):
        while not any(e.get("method") == method for e in self.events):
            self.events.append(self.receive())


class Page:
    def __init__(self, browser, url):
        self.browser = browser
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")
        self.call("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0)
        self.screen(1280, 900)
        self.call("Page.navigate", url=url)
        browser.wait_for("Page.loadEventFired")

    def call(self, method, **params):
        return self.browser.call(method, self.session, **params)

    def screen(self, width, height, phone=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=2 if phone else 1,
                  mobile=phone)

    def media(self, scheme="light", media=""):
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": scheme}])

    def ask(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in result:
            return [f"the page throws {result['exceptionDetails']['exception'].get('description')}"]
        return result["result"]["value"]

    def picture(self, file):
        data = self.call("Page.captureScreenshot", captureBeyondViewport=True,
                         clip={**self.call("Page.getLayoutMetrics")["cssContentSize"], "scale": 1})["data"]
        file.write_bytes(base64.b64decode(data))

    def pdf(self):
        return base64.b64decode(self.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True,
                                          paperWidth=8.27, paperHeight=11.69)["data"])

    def complaints(self):
        """Complaints of the browser itself: errors, and requests to the network."""
        for event in self.browser.events:
            method, params = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                yield "exception: " + params["exceptionDetails"].get("exception", {}).get("description", "?")
            elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
                yield f"console: {params['args']}"
            elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
                yield "log: " + params["entry"]["text"]
            elif method == "Network.requestWillBeSent":
                url = params["request"]["url"]
                if not url.startswith(("file:", "data:", "about:")):
                    yield f"asks the network for {url}"


def check(page, pictures):
    for width, height, phone in ((1280, 900, False), (390, 844, True), (320, 640, True)):
        page.screen(width, height, phone)
        for scheme in ("light", "dark"):
            page.media(scheme)
            for question in (IMAGES, CHARTS, OVERFLOW, HOVER, KEYS, READING, CONTRAST, *[SMALL_PRINT] * (width > 320)):
                for complaint in page.ask(question):
                    yield f"{width} pixels, {scheme}: {complaint}"
            if pictures:
                page.picture(pictures / f"{width}-{scheme}.png")
    page.screen(1280, 900)
    page.media("dark", "print")
    if page.ask("[getComputedStyle(document.body).backgroundColor]") != ["rgb(255, 255, 255)"]:
        yield "prints dark"
    page.media()
    pdf = page.pdf()
    if not pdf.startswith(b"%PDF"):
        yield "does not print"
    if pictures:
        (pictures / "print.pdf").write_bytes(pdf)
    yield from page.complaints()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("page", type=pathlib.Path)
    parser.add_argument("--pictures", type=pathlib.Path)
    arguments = parser.parse_args()
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        print("Chromium is not installed")
        sys.exit(77)
    if arguments.pictures:
        arguments.pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, profile)
        try:
            found = list(check(Page(browser, arguments.page.resolve().as_uri()), arguments.pictures))
            browser.call("Browser.close")
            browser.process.wait(timeout=20)
        finally:
            browser.process.kill()
    print("\n".join(found) if found else "no faults found")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
