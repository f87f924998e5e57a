package dev.spikelane.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.cli.CommandRun;
import dev.spikelane.fixture.FolderCase;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.ModelFile;
import dev.spikelane.network.Network;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@EveryWidth
final class RecordingCommandTest extends FolderCase {

    @Test
    void verifyReplaysFiles() throws IOException {
        Network network = RecordingTest.network();
        Served served = RecordingTest.served(network, new Random(4));
        try (SessionPool _ = served.pool) {
            Path file = folder.resolve("0.recording");
            Path second = folder.resolve("1.recording");
            Path model = folder.resolve("m.safetensors");
            Path receipts = folder.resolve("receipts.bin");
            ModelFile.write(model, network);
            served.end();
            Files.write(receipts, served.receipts.toByteArray());
            Recording recorded = served.recordings().getFirst();
            recorded.write(file);
            served.recordings().get(1).write(second);
            Object[] replays = {"verify", "--model", model, "--inputs", file, second};
            assertEquals("2 sessions replayed: all is the same", run(0, replays));
            assertEquals(
                    "2 sessions replayed: all is the same",
                    run(0, "verify", "--receipts", receipts, "--model", model, "--inputs", file, second));
            SpikeMatrix other = recorded.spikes()
                    .gather(IntStream.range(0, recorded.spikes().rows()).toArray());
            boolean fires = other.get(7, 3);
            other.set(7, 3, !fires);
            served.pool.recording(0, new byte[0], recorded.inputs(), other).write(file);
            assertEquals(
                    "session 0: output 3 " + (fires ? "fires" : "does not fire")
                            + " in step 8, unlike in the recording\n2 sessions replayed: 1 differences",
                    run(1, replays));
        }
    }

    @Test
    void verifyNamesDifferencesOfTwoModels() throws IOException {
        Network network = RecordingTest.network();
        Served served = RecordingTest.served(network, new Random(4));
        try (SessionPool _ = served.pool) {
            Recording recording = served.recordings().getFirst();
            Network changed = RecordingTest.network();
            FloatMatrix weights = changed.weights().get("fc2.weight");
            weights.set(3, 20, weights.get(3, 20) + 0.01f);
            changed.weights().replace("fc2.weight", weights);
            Recording.Difference found =
                    recording.diff(network, recording, changed).orElseThrow();
            Path model = folder.resolve("m");
            Path other = folder.resolve("o");
            Path file = folder.resolve("r");
            ModelFile.write(model, network);
            ModelFile.write(other, changed);
            recording.write(file);
            String difference = run(1, "verify", "--model", model, "--inputs", file, "--with", other);
            assertTrue(
                    difference.startsWith(
                            "session 0: step " + found.step() + ", lif2, neuron 3: does not fire and has"),
                    difference);
            run(0, "verify", "--model", model, "--inputs", file, "--against", file);
        }
    }

    private static String run(int code, Object... arguments) {
        CommandRun run = CommandRun.of(IntStream.range(0, arguments.length)
                .mapToObj(i -> arguments[i].toString())
                .toArray(String[]::new));
        assertEquals("", run.err());
        assertEquals(code, run.code());
        return run.out().strip();
    }
}
