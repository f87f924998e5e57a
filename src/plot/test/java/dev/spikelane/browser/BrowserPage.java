package dev.spikelane.browser;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** A page in a {@link Browser}. */
public final class BrowserPage {

    private final DevTools tools;
    private final String session;

    BrowserPage(DevTools tools, String session) {
        this.tools = tools;
        this.session = session;
    }

    void load(Path file, int width, int height, boolean phone, boolean dark) {
        call("Page.enable", Map.of());
        call("Runtime.enable", Map.of());
        call("Log.enable", Map.of());
        call("Network.enable", Map.of());
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", phone ? 2 : 1, "mobile", phone));
        call("Emulation.setTouchEmulationEnabled", Map.of("enabled", phone));
        colours(dark);
        call("Page.navigate", Map.of("url", file.toUri().toString()));
        await("document.documentElement?.hasAttribute('data-drawn')");
    }

    /** Prefers light or dark from now on. */
    public void colours(boolean dark) {
        call(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    /** Waits until an expression is true. */
    public void await(String expression) {
        long end = System.nanoTime() + DevTools.PATIENCE.toNanos();
        while (!evaluate(expression).asBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("never true: " + expression + "; errors: " + errors());
            }
            pause();
        }
    }

    /** The value of an expression, or of the promise that it gives. */
    public JsonNode evaluate(String expression) {
        JsonNode result =
                call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (result.has("exceptionDetails")) {
            throw new AssertionError(expression + ": " + result.get("exceptionDetails"));
        }
        return result.get("result").path("value");
    }

    /** Moves the mouse over a place of the window. */
    public void hover(double x, double y) {
        mouse("mouseMoved", x, y);
    }

    /** Clicks the middle of an element, scrolled into view. */
    public void click(String selector) {
        JsonNode place = evaluate("(() => { const e = document.querySelector('" + selector
                + "'); e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
                + " return [r.x + r.width / 2, r.y + r.height / 2]; })()");
        double x = place.get(0).asDouble();
        double y = place.get(1).asDouble();
        hover(x, y);
        mouse("mousePressed", x, y);
        mouse("mouseReleased", x, y);
    }

    /** Whatever the page complained of: uncaught exceptions, console errors, refused loads. */
    public List<String> errors() {
        List<String> errors = new ArrayList<>();
        tools.events(session, "Runtime.exceptionThrown").forEach(event -> errors.add(event.toString()));
        tools.events(session, "Runtime.consoleAPICalled").stream()
                .filter(event -> !event.get("type").asText().equals("log"))
                .forEach(event -> errors.add(event.toString()));
        tools.events(session, "Log.entryAdded").forEach(event -> errors.add(event.toString()));
        return errors;
    }

    /** The addresses that the page asked for, itself first. */
    public List<String> requests() {
        return tools.events(session, "Network.requestWillBeSent").stream()
                .map(event -> event.get("request").get("url").asText())
                .filter(address -> !address.startsWith("data:"))
                .toList();
    }

    /** A picture of the whole page. */
    public void screenshot(Path file) throws IOException {
        JsonNode size = call("Page.getLayoutMetrics", Map.of()).get("cssContentSize");
        Map<String, Object> whole = Map.of(
                "x",
                0,
                "y",
                0,
                "scale",
                1,
                "width",
                size.get("width").asInt(),
                "height",
                size.get("height").asInt());
        JsonNode picture =
                call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true, "clip", whole));
        Files.createDirectories(file.getParent());
        Files.write(file, Base64.getDecoder().decode(picture.get("data").asText()));
    }

    private void mouse(String type, double x, double y) {
        call(
                "Input.dispatchMouseEvent",
                Map.of(
                        "type",
                        type,
                        "x",
                        x,
                        "y",
                        y,
                        "button",
                        type.equals("mouseMoved") ? "none" : "left",
                        "clickCount",
                        1));
    }

    private JsonNode call(String method, Map<String, ?> parameters) {
        return tools.call(session, method, parameters);
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }
}
