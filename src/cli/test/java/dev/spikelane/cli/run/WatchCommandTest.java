package dev.spikelane.cli.run;

import static dev.spikelane.fixture.Layer.flat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spikelane.cli.CommandRun;
import dev.spikelane.connection.OneToOne;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.io.event.EventFiles;
import dev.spikelane.io.event.EventFiles.Events;
import dev.spikelane.memory.Shape;
import dev.spikelane.model.ModelFile;
import dev.spikelane.neuron.Leaky;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

final class WatchCommandTest extends FolderCase {

    private String model() throws IOException {
        Path file = folder.resolve("m.safetensors");
        ModelFile.write(file, Networks.of(Shape.of(2, 17, 17), flat(4, new Leaky(0.9), OneToOne.scale(9))));
        return file.toString();
    }

    @Test
    void aFileAndStandardInputGiveTheSameLines() throws IOException {
        byte[] bytes = EventFiles.bin(Events.random(1, 3_000, 34, 34, 100));
        String events = Files.write(folder.resolve("x.bin"), bytes).toString();
        String model = model();
        String lines = CommandRun.line(
                        "watch --model %s --events %s --downsample 2 --window 20 --every 10 --json", model, events)
                .requireSuccess();
        List<String> found = lines.lines().toList();
        long count = 0;
        for (String line : found) {
            JsonNode decision = new ObjectMapper().readTree(line);
            count += decision.get("events").asLong();
            assertEquals(0, decision.get("late").asLong());
            assertTrue(decision.get("confidence").asDouble() <= 1);
            assertEquals(
                    decision.get("label").asInt() < 0
                            ? "nothing"
                            : decision.get("label").asText(),
                    decision.get("name").asText());
        }
        assertEquals(3_000, count);
        assertTrue(found.size() > 3, lines);
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream(bytes));
            assertEquals(
                    lines,
                    CommandRun.line(
                                    "watch --model %s --events - --format bin --downsample 2 --window 20 --every 10 --json",
                                    model)
                            .requireSuccess());
        } finally {
            System.setIn(before);
        }
        String text = CommandRun.line("watch --model %s --events %s --downsample 2 --step-events 100", model, events)
                .requireSuccess();
        assertTrue(text.contains("1 decisions on 3000 events, 0 late, "), text);
    }

    @Test
    void refusalsNameTheOption() throws IOException {
        String events = Files.write(folder.resolve("x.bin"), EventFiles.bin(Events.random(1, 10, 34, 34, 100)))
                .toString();
        String raw = Files.write(folder.resolve("x.raw"), EventFiles.evt3(Events.random(1, 10, 34, 34, 100)))
                .toString();
        String model = model();
        CommandRun.of("watch", "--model", model, "--events", events, "--every", "30")
                .requireFailureWith(2, "--every is 30, expected a divisor of --window, 100");
        CommandRun.of("watch", "--model", model, "--events", raw)
                .requireFailureWith(
                        1, "makes inputs of shape [2 x 720 x 1280], expected [2 x 17 x 17]", "--downsample");
        CommandRun.line("watch --model %s --events %s", model, folder.resolve("none.bin"))
                .requireFailureWith(1, "no such file");
    }
}
