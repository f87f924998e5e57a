package dev.spikelane.engine.observe;

import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.fixture.Networks;
import dev.spikelane.kernel.Simd;
import dev.spikelane.kernel.product.dense.DenseMatmul;
import dev.spikelane.kernel.product.spike.SpikeMatmul;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.memory.limit.NativeMemory;
import dev.spikelane.memory.limit.Owner;
import dev.spikelane.network.Network;
import dev.spikelane.network.Simulation;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@EveryWidth
class LayerEventTest {

    @Test
    void flightRecorderSeesEachLayerOfARun(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("run.jfr");
        try (Arena arena = Arena.ofShared();
                Recording recording = new Recording()) {
            TorchRandom random = new TorchRandom(1);
            Network network = Networks.of(arena, random, 40, dense(70, new Leaky(0.9f)), dense(3, new Leaky(0.9f)));
            SpikeMatrix input = SpikeMatrix.zeros(arena, 300, 40);
            for (int row = 0; row < 300; row++) {
                input.set(row, row % 40, true);
            }
            FloatMatrix analog = FloatMatrix.zeros(arena, 300, 40);
            for (int row = 0; row < 300; row += 2) {
                analog.set(row, 39, -0.5f);
            }
            try (Simulation simulation = network.simulate(1)) {
                simulation.run(input); // no recording yet
                recording.start();
                simulation.run(input);
                simulation.run(analog);
                recording.stop();
            }
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                .filter(event -> event.getEventType().getName().equals("dev.spikelane.Layer"))
                .sorted(Comparator.<RecordedEvent>comparingInt(event -> event.getInt("layer"))
                        .thenComparing(RecordedEvent::getStartTime))
                .toList();
        assertEquals(4, events.size());
        RecordedEvent first = events.getFirst();
        assertEquals("dense 40 -> 70", first.getString("connection"));
        assertEquals(300, first.getLong("rows"));
        assertEquals(1 / 40f, first.getFloat("density"), 1e-6f);
        assertEquals(SpikeMatmul.variant(256, 40, 70, 256), first.getString("kernel"));
        assertEquals(Simd.bits() == 0 ? "scalar" : "active", first.getString("kernel"));
        assertTrue(first.getString("neurons").startsWith("Leaky["), first.getString("neurons"));
        assertTrue(first.getDuration("time").isPositive());
        assertTrue(
                first.getDuration().compareTo(first.getDuration("time")) >= 0,
                "the call is longer than its first layer");
        assertEquals("lif1", first.getString("population"));
        RecordedEvent ofAnalog = events.get(1);
        assertEquals("dense 40 -> 70", ofAnalog.getString("connection"));
        assertEquals(0.5f / 40, ofAnalog.getFloat("density"), 1e-6f);
        assertEquals(DenseMatmul.variant(), ofAnalog.getString("kernel"));
        assertEquals("dense 70 -> 3", events.getLast().getString("connection"));
    }

    @Test
    void flightRecorderSeesWhoHoldsNativeMemory(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("memory.jfr");
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.9f), 4, 5);
        try (Recording recording = new Recording();
                Simulation simulation = network.simulate(1)) {
            recording.enable("dev.spikelane.NativeMemory").with("period", "endChunk");
            recording.start();
            simulation.run(SpikeMatrix.zeros(1, 4));
            recording.stop();
            recording.dump(file);
            List<RecordedEvent> events = RecordingFile.readAllEvents(file).stream()
                    .filter(event -> event.getEventType().getName().equals("dev.spikelane.NativeMemory"))
                    .toList();
            assertTrue(!events.isEmpty(), "no event");
            RecordedEvent last = events.getLast();
            assertEquals(Owner.SIMULATION.open(), last.getLong("openSimulations"));
            assertEquals(Owner.SIMULATION.bytes(), last.getLong("simulations"));
            assertEquals(NativeMemory.limit(), last.getLong("limit"));
            assertTrue(last.getLong("withoutArena") > 0);
        }
    }
}
