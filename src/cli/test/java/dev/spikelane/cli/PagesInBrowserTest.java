package dev.spikelane.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spikelane.Users;
import dev.spikelane.browser.Browser;
import dev.spikelane.browser.PageLooks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Measures the pages of commands at two widths, in light and dark, at night; skipped without a browser. A test of the
 * plot module measures content by day.
 */
@Users
@EnabledIfSystemProperty(named = "spikelane.tries", matches = "all")
final class PagesInBrowserTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "train, train --sample --hidden 100 --epochs 3 --quiet --model %/m.safetensors",
        "demo, demo --warm-up 0 --quiet",
        "demo-events, demo --network events --quiet",
        "demo-cuba, demo --network cuba --quiet"
    })
    void textIsLegibleAndFiguresAreFull(String name, String command) throws IOException {
        Optional<Browser> browser = Browser.shared();
        assumeTrue(browser.isPresent(), "no chromium or google-chrome on the PATH: pages are not tried in a browser");
        Path page = folder.resolve(name + ".html");
        CommandRun.of((command.replace("%", folder.toString()) + " --report " + page).split(" "))
                .requireSuccess();
        PageLooks.require(browser.get(), page, name);
    }
}
