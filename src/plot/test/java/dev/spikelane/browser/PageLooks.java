package dev.spikelane.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Measures pages: sizes, contrasts and places of text, and empty halves of figures. */
public final class PageLooks {

    private PageLooks() {}

    /**
     * Fails if a page has a flaw on a desktop or on a phone, in light or in dark, and leaves a screenshot of each.
     *
     * @param name the start of the names of the screenshots
     */
    public static void require(Browser browser, Path file, String name) throws IOException {
        String script = script();
        List<String> flaws = new ArrayList<>();
        for (boolean phone : List.of(false, true)) {
            for (boolean dark : List.of(false, true)) {
                BrowserPage page = browser.open(file, phone ? 390 : 1280, phone ? 844 : 900, phone, dark);
                String look = name + (phone ? "-390" : "-1280") + (dark ? "-dark" : "-light");
                page.screenshot(Path.of("target/screenshots/" + look + ".png"));
                page.evaluate(script).forEach(flaw -> flaws.add(look + ", " + flaw.asText()));
                if (page.evaluate("document.querySelector('button.image') !== null")
                        .asBoolean()) {
                    page.click("button.image");
                    page.await("document.querySelector('dialog').dataset.drawn === '0'");
                    page.screenshot(Path.of("target/screenshots/" + look + "-opened.png"));
                    page.evaluate(script).forEach(flaw -> flaws.add(look + ", " + flaw.asText()));
                }
                page.errors().forEach(error -> flaws.add(look + ", " + error));
            }
        }
        assertEquals("", String.join("\n", flaws), name);
    }

    private static String script() throws IOException {
        try (InputStream stream = Objects.requireNonNull(PageLooks.class.getResourceAsStream("looks.js"))) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
