package dev.spikelane.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.spikelane.Users;
import dev.spikelane.cli.CommandRun;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ClassicDemoTest extends FolderCase {

    private static JsonNode json(String... more) throws IOException {
        List<String> all = new ArrayList<>(List.of("demo", "--json", "--no-report"));
        all.addAll(List.of(more));
        return new ObjectMapper()
                .readTree(CommandRun.of(all.toArray(String[]::new)).requireSuccess())
                .get("classic");
    }

    @Users
    @Test
    void runsEachNetworkAtASmallScale() throws IOException {
        JsonNode cuba = json("--network", "cuba", "--neurons", "1000", "--steps", "2000");
        assertEquals(1_000, cuba.get("neurons").asInt());
        assertEquals(0.2, cuba.get("model_seconds").asDouble());
        JsonNode excitatory = cuba.get("populations").get(0);
        assertEquals("e", excitatory.get("population").asText());
        assertEquals(800, excitatory.get("neurons").asInt());
        assertTrue(
                excitatory.get("rate").asDouble() > 1 && excitatory.get("rate").asDouble() < 30, cuba::toString);
        JsonNode brunel = json("--network", "brunel", "--scale", "0.05", "--g", "6", "--eta", "4", "--steps", "500");
        assertEquals(625, brunel.get("neurons").asInt());
        assertTrue(brunel.get("populations").get(1).get("irregularity").asDouble() > 0.1, brunel::toString);
        JsonNode circuit = json("--network", "microcircuit", "--scale", "0.05", "--steps", "500");
        assertEquals(8, circuit.get("populations").size());
    }

    @Test
    void drawsAPage() throws IOException {
        Path page = folder.resolve("cuba.html");
        String out = CommandRun.line("demo --network cuba --neurons 400 --steps 200 --report %s", page)
                .requireSuccess();
        assertTrue(out.contains("population  neurons"), out);
        assertTrue(out.contains("batch 1, threads"), out);
        String html = Files.readString(page);
        assertTrue(html.contains("Up to 200 neurons of each population, from step 1,000 on"));
        assertTrue(html.contains("irregularity") && html.contains("320"), "populations");
        assertEquals(3, html.split("time \\[ms]", -1).length, "raster and rate");
    }

    @Test
    void refusesWhatTheyDoNotTake() {
        CommandRun.of("demo", "--network", "cuba", "--count", "3")
                .requireFailureWith(2, "--network cuba takes no --images, --labels, --sample, --count and --out");
        CommandRun.of("demo", "--network", "brunel", "--scale", "2")
                .requireFailureWith(2, "--scale is 2.0, expected 0.05 to 1");
        CommandRun.of("demo", "--network", "brunel", "--scale", "x").requireFailureWith(2, "'x' is not a number");
        CommandRun.of("demo", "--network", "cuba", "--neurons", "3")
                .requireFailureWith(2, "--neurons is 3, expected 100 to 1000000");
    }

    /** Compares with counts of the whole recording. */
    @Test
    void countsWhatARecordingSays() {
        Random random = new Random(3);
        SpikeMatrix all = SpikeMatrix.zeros(600, 70);
        for (int step = 0; step < 600; step++) {
            for (int neuron = 0; neuron < 70; neuron++) {
                all.set(step, neuron, random.nextInt(10) == 0);
            }
        }
        SpikeStatistics counted = new SpikeStatistics(70, 1_000, 600, 50);
        FloatMatrix none = FloatMatrix.zeros(1, 70);
        for (int step = 0; step < 600; step += 200) {
            counted.observe(1_000 + step, 200, all.rows(step, 200), none);
        }
        double irregularity = 0;
        for (int neuron = 0; neuron < 70; neuron++) {
            List<Integer> spikes = new ArrayList<>();
            for (int step = 0; step < 600; step++) {
                if (all.get(step, neuron)) {
                    spikes.add(step);
                }
            }
            double mean = 0;
            double squares = 0;
            for (int i = 1; i < spikes.size(); i++) {
                double interval = spikes.get(i) - spikes.get(i - 1);
                mean += interval / (spikes.size() - 1);
                squares += interval * interval / (spikes.size() - 1);
            }
            irregularity += Math.sqrt(squares - mean * mean) / mean / 70;
        }
        double sum = 0;
        double squares = 0;
        for (int bin = 0; bin < 60; bin++) {
            double count = all.count(10 * bin, 10);
            sum += count / 60;
            squares += count * count / 60;
        }
        assertEquals(all.count(0, 600) / 0.06 / 70, counted.rate(), 1e-9);
        assertEquals(irregularity, counted.irregularity(), 1e-9);
        assertEquals((squares - sum * sum) / sum, counted.synchrony(), 1e-9);
        for (int row = 0; row < 5; row++) {
            for (int neuron = 0; neuron < 70; neuron++) {
                boolean fires = false;
                for (int step = 0; step < 10; step++) {
                    fires |= all.get(550 + 10 * row + step, neuron);
                }
                assertEquals(fires, counted.raster().get(row, neuron));
            }
        }
        assertEquals(1_550, counted.firstShown());
    }
}
