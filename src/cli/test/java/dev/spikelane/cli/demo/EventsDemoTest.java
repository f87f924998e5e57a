package dev.spikelane.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spikelane.Users;
import dev.spikelane.cli.CommandRun;
import dev.spikelane.fixture.FolderCase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

@Users
final class EventsDemoTest extends FolderCase {

    @Test
    void learnsWhatItDrawsAndShowsIt() throws IOException {
        Path page = folder.resolve("page.html");
        JsonNode declared = new ObjectMapper()
                .readTree(CommandRun.of("demo", "--network", "events", "--report", page.toString(), "--json")
                        .requireSuccess());
        JsonNode events = declared.get("events");
        assertTrue(events.get("accuracy").asDouble() > 0.8, declared.toString());
        assertEquals(24, events.get("decisions").asInt());
        assertTrue(events.get("right").asInt() > 16, declared.toString());
        String html = Files.readString(page);
        assertTrue(html.contains("Spikes of the first drawings") && html.contains("time [ms]"), "raster");
        CommandRun.of("demo", "--network", "events", "--count", "3").requireFailureWith(2, "--network events takes no");
    }
}
