package dev.spikelane.equation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.Checkout;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** The page on neurons has the tested texts. */
final class ZooPageTest {

    @Test
    void thePictureHasEachNeuron() throws IOException {
        String picture = Files.readString(Checkout.file("src/site/zoo.svg"));
        for (ZooPicture.Shown shown : ZooPicture.ALL) {
            assertTrue(picture.contains(">" + shown.title() + "<"), shown.title());
        }
        assertTrue(ZooPicture.ALL.stream().map(ZooPicture.Shown::name).toList().containsAll(Zoo.NAMES));
    }

    @Test
    void thePageHasEachText() throws IOException {
        String page = Files.readString(Checkout.file("src/site/markdown/neurons.md"));
        for (String name : Zoo.NAMES) {
            assertTrue(page.contains("### " + name + "\n\n```text\n" + Zoo.text(name) + "```\n"), name);
        }
    }
}
