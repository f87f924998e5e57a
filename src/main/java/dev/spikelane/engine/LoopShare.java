package dev.spikelane.engine;

import dev.spikelane.kernel.base.Tile;
import dev.spikelane.kernel.product.RowSum;
import dev.spikelane.kernel.step.PortCurrents;
import dev.spikelane.kernel.step.PortSteps;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.neuron.NeuronState;
import java.lang.foreign.Arena;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Some samples of a population in a loop, which a thread carries through all steps of a block. */
final class LoopShare {

    private final PopulationRun site;
    private final int first;
    private final int count;
    private final NeuronState state;
    /** What enters the port {@code current}, and {@code feedback} where something enters it. */
    private final Entrance[] entrances;

    private final PortCurrents currents;
    private final List<SpikeMatrix> spikes;
    private List<FloatMatrix> membranes = List.of();

    LoopShare(PopulationRun site, List<LoopSum> sums, Arena arena, int first, int count) {
        this.site = site;
        this.first = first;
        this.count = count;
        this.state = site.neurons().newState(arena, count);
        this.entrances = sums.stream()
                .map(sum -> new Entrance(sum, arena, site.batch(), first, count))
                .toArray(Entrance[]::new);
        this.currents = entrances.length == 1
                ? new PortCurrents(entrances[0].sum)
                : new PortCurrents(entrances[0].sum, entrances[1].sum);
        this.spikes = SignalHistory.samples(site.spikes(), site.batch(), first, count);
    }

    /** Takes the samples' state over. */
    void open() {
        state.copySamples(site.state(), first, 0, count);
        FloatMatrix wanted = site.membranes();
        if (wanted != null && membranes.isEmpty()) {
            membranes = SignalHistory.samples(wanted, site.batch(), first, count);
        }
    }

    /** Runs a step of the block. */
    void run(int step, int thread) {
        for (Entrance entrance : entrances) {
            entrance.fill(step, thread);
        }
        PortSteps<NeuronState> neurons = BoundPopulation.steps(site.neurons());
        if (membranes.isEmpty()) {
            neurons.run(currents, count, state, spikes.get(step));
        } else {
            neurons.record(currents, count, state, spikes.get(step), membranes.get(step));
        }
    }

    /** Gives the state back. */
    void close() {
        site.state().copySamples(state, 0, first, count);
    }

    /** The currents that enter a port, a step at a time. */
    private static final class Entrance {

        private final Tile sum;
        private final Tile added;
        private final Part[] parts;
        private final int count;

        Entrance(LoopSum of, Arena arena, int batch, int first, int count) {
            this.count = count;
            this.sum = Tile.whole(FloatMatrix.zeros(arena, count, of.columns()));
            this.added = Tile.whole(FloatMatrix.zeros(arena, count, of.columns()));
            this.parts = of.pieces().stream()
                    .map(piece -> new Part(piece.inner(), SignalHistory.samples(piece.rows(), batch, first, count)))
                    .toArray(Part[]::new);
        }

        void fill(int step, int thread) {
            for (int i = 0; i < parts.length; i++) {
                Tile into = i == 0 ? sum : added;
                Part part = parts[i];
                if (part.inner != null) {
                    part.inner.path.fill(part.rows.get(step), count, into, thread);
                } else {
                    into.copyFrom((FloatMatrix) part.rows.get(step), 0, 0, count);
                }
                if (i > 0) {
                    RowSum.add(sum, added, count);
                }
            }
        }
    }

    /**
     * A part of a sum.
     *
     * @param inner the projection from the loop that makes it of {@code rows}; null if these are its currents, computed before
     */
    private record Part(@Nullable ProjectionRun inner, List<? extends Signal> rows) {}
}
