package dev.spikelane.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Work;
import dev.spikelane.cli.run.BenchOptions;
import dev.spikelane.cli.run.BenchOptions.Subject;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.model.Model;
import dev.spikelane.model.ModelFile;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelRunTest {

    private static final int STEPS = 10;
    private static final int BATCH = 3;

    private final TorchRandom random = new TorchRandom(3);

    @TempDir
    private Path folder;

    /** Maps, a loop inside a neuron, a loop between populations, a variable as source. */
    private Model model() {
        NetworkBuilder builder = Network.builder(dev.spikelane.memory.Shape.of(1, 8, 8))
                .conv2d(4, 3, random)
                .scale(4)
                .neuron("maps", new Leaky(0.9))
                .flatten()
                .dense(32, random)
                .scale(4)
                .neuron("loop", new RLeaky(Recurrence.allToAll(32, random), 0.9f))
                .dense(16, random)
                .scale(4)
                .neuron("out", new Leaky(0.9));
        return Model.of(builder.build());
    }

    private Subject subject(Model model, String... more) throws IOException {
        Path file = folder.resolve("model.safetensors");
        ModelFile.write(file, model);
        List<String> all = new java.util.ArrayList<>(List.of("--model", file.toString(), "--steps", "" + STEPS));
        all.addAll(List.of("--batch", "" + BATCH));
        all.addAll(List.of(more));
        return BenchOptions.parse(all.toArray(String[]::new));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rate", "frame"})
    void populationsFireAloneAsInTheNetwork(String code) throws IOException {
        ModelRun run = new ModelRun(subject(model(), "--input", code));
        assertEquals(
                List.of("", "maps", "loop", "out"),
                run.works().stream().map(Work::name).toList());
        assertTrue(run.spikes("out").count() > 0 && run.spikes("loop").count() > 0, "nothing fires");
        for (Work work : run.works()) {
            try (Case open = work.open()) {
                assertEquals(Contestant.JAVA, open.entries().getFirst().contestant());
                open.verify();
                open.entries().forEach(entry -> entry.pass().run());
                assertTrue(((ModelWork) work).weightBytes() > 0);
            }
        }
    }

    @Test
    void otherSpikesAreFound() throws IOException {
        ModelRun run = new ModelRun(subject(model()));
        run.spikes("out").set(0, 0, !run.spikes("out").get(0, 0));
        try (Case open = run.works().getLast().open()) {
            assertThrows(IllegalStateException.class, open::verify);
        }
    }

    /** A weight for each spike and neuron, and two and a half operands of each neuron and step, 16 in a load. */
    @Test
    void aRooflineCountsWhatArrives() throws IOException {
        Model dense = Model.of(Network.builder(40)
                .dense(32, random)
                .neuron("only", new Leaky(0.9))
                .build());
        Subject subject = subject(dense, "--input", "rate");
        SpikeMatrix input = (SpikeMatrix) subject.inputs().values().iterator().next();
        assertEquals(STEPS * BATCH, input.rows());
        assertTrue(input.count() > 100, input.count() + " spikes");
        Optional<Population> only = Optional.of(dense.network().population("only"));
        ModelRun run = new ModelRun(subject);
        long expected = Math.round(input.count() * 32 / 16.0 + 2.5 * STEPS * BATCH * 32 / 16.0);
        assertEquals(
                expected,
                run.loads(Optional.of(run.works().getLast())
                        .map(work -> ((ModelWork) work).population().orElseThrow())));
        assertEquals(expected, run.loads(Optional.empty()));
        assertEquals(only.orElseThrow().name(), run.works().getLast().name());
    }
}
