package dev.spikelane.network;

import static dev.spikelane.Filled.fill;
import static dev.spikelane.Matrices.assertSameBits;
import static dev.spikelane.fixture.Layer.by;

import dev.spikelane.EveryWidth;
import dev.spikelane.Matrices;
import dev.spikelane.connection.Dense;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.fixture.Networks;
import dev.spikelane.kernel.Awkward.UpTo;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.graph.RandomNetwork;
import dev.spikelane.neuron.Leaky;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Analog input beside spikes and frames; {@link SimulationProperties} cut, share and batch it. */
@EveryWidth
final class AnalogInputProperties extends KernelCase {

    @Property(tries = 60)
    void frameGivesTheBitsOfTheFrameRepeated(
            @UpTo(5) int batch, @UpTo(12) int steps, @UpTo(70) int rowsInBlock, @ForAll long seed) {
        RandomNetwork random = new RandomNetwork(arena, batch, steps, seed);
        FloatMatrix frame = random.analog.rows(0, batch);
        for (int step = 1; step < steps; step++) {
            random.analog.rows(step * batch, batch).copyFrom(frame);
        }
        random.expectedOfAnalog()
                .assertSame(
                        random.simulate(1, rowsInBlock, simulation -> simulation.runConstant(frame, steps)),
                        "constant");
    }

    /** Spikes and numbers may alternate: each call takes the kernel of its input. */
    @Property(tries = 60)
    void dyadicZerosAndOnesGiveWhatTheSpikesGive(
            @UpTo(5) int batch, @UpTo(10) int steps, @UpTo(130) int inputs, @UpTo(130) int outputs, @ForAll long seed) {
        Random random = new Random(seed);
        FloatMatrix weights =
                fill(FloatMatrix.zeros(arena, outputs, inputs), (output, i) -> random.nextInt(-64, 65) / 64f);
        Network network = Networks.of(arena, inputs, by(Dense.of(arena, weights), new Leaky(0.9f)));
        SpikeMatrix spikes = Matrices.spikes(arena, steps * batch, inputs, 0.4, random);
        FloatMatrix values =
                fill(FloatMatrix.zeros(arena, steps * batch, inputs), (row, i) -> spikes.get(row, i) ? 1 : 0);
        try (Simulation ofSpikes = network.simulate(batch);
                Simulation ofBoth = network.simulate(batch)) {
            Population.VariableRecorder expected = ofSpikes.recordMembranes(0, steps);
            Population.VariableRecorder actual = ofBoth.recordMembranes(0, steps);
            ofSpikes.run(spikes);
            for (int step = 0; step < steps; step++) {
                if (random.nextBoolean()) {
                    ofBoth.step(spikes.rows(step * batch, batch));
                } else {
                    ofBoth.step(values.rows(step * batch, batch));
                }
            }
            assertSameBits(expected.values(), actual.values(), "membranes");
        }
    }
}
