package dev.spikelane.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.spikelane.browser.Browser;
import dev.spikelane.browser.BrowserPage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** A test that opens pages in a real browser; skipped where there is none. */
abstract class InBrowser {

    static final String HOSTILE = "</script><img src=x onerror=console.error(1)>\"'&<!--";

    /** The chart of a figure. */
    static final String CHART = "echarts.getInstanceByDom(document.getElementById('chart-%d'))";

    @TempDir
    private static Path folder;

    /** Stays open for the next class. */
    static final TutorialFigures TUTORIAL = new TutorialFigures();

    private static @Nullable Browser browser;

    @BeforeAll
    static void startBrowser() throws IOException {
        browser = Browser.shared().orElse(null);
        assumeTrue(browser != null, "no chromium or google-chrome on the PATH: pages are not tried in a browser");
    }

    static void hoverMiddle(BrowserPage page, int figure) {
        JsonNode middle = page.evaluate("(() => { const e = document.getElementById('chart-" + figure
                + "'); e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
                + " return [r.x + r.width * 0.53, r.y + r.height * 0.4]; })()");
        // A second movement, as a hand makes it: some charts look where the mouse has been.
        page.hover(middle.get(0).asDouble() - 3, middle.get(1).asDouble());
        page.hover(middle.get(0).asDouble(), middle.get(1).asDouble());
    }

    /** Pixels of a chart that are not empty. */
    static int inked(BrowserPage page, int figure) {
        return page.evaluate("(() => { let inked = 0; document.querySelectorAll('#chart-" + figure
                        + " canvas').forEach(c => {"
                        + " const copy = new OffscreenCanvas(c.width, c.height).getContext('2d',"
                        + " {willReadFrequently: true});"
                        + " copy.drawImage(c, 0, 0); const d = copy.getImageData(0, 0, c.width, c.height).data;"
                        + " for (let i = 3; i < d.length; i += 4) inked += d[i] > 0; }); return inked; })()")
                .asInt();
    }

    static void requireClean(BrowserPage page) {
        assertEquals(List.of(), page.errors());
        assertEquals(1, page.requests().size(), page.requests().toString());
    }

    static String chart(int figure) {
        return CHART.formatted(figure);
    }

    static BrowserPage open(Report report) throws IOException {
        return opened(write(report), 1200, 900, false);
    }

    static Path write(Report report) throws IOException {
        Path file = folder.resolve("page-" + System.nanoTime() + ".html");
        report.write(file);
        return file;
    }

    static BrowserPage opened(Path file, int width, int height, boolean phone) {
        if (browser == null) {
            throw new AssertionError("no browser");
        }
        return browser.open(file, width, height, phone, false);
    }
}
