package dev.spikelane.train.gradient;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.Projection;
import dev.spikelane.simd.TorchLayout;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Gradients of spikes and variables of a whole batch, collected from its parts for observers. */
public final class ObservedGradients {

    private final List<Observed> all = new ArrayList<>();

    public interface Part {

        int steps();

        int size();

        /** Returns the gradients of a population's spikes or of a variable, a row for each sample, step after step. */
        FloatMatrix observed(String population, @Nullable String variable);
    }

    /** Allocates {@code rows} rows for each source. */
    public ObservedGradients(List<Projection.Source> sources, int rows) {
        for (Projection.Source source : sources) {
            all.add(new Observed(source, rows));
        }
    }

    public static long bytes(List<Projection.Source> sources, long rows) {
        long bytes = 0;
        for (Projection.Source source : sources) {
            bytes += FloatMatrix.zeros(1, source.shape().size()).rowOffset(1) * rows;
        }
        return bytes;
    }

    /** Copies the gradients of a part, whose first sample is {@code first} of {@code samples}. */
    public void take(Part part, int first, int samples) {
        for (int i = 0; i < all.size(); i++) {
            all.get(i).take(part, first, samples);
        }
    }

    /**
     * Returns the gradients of a source, {@code [steps * batch x neurons]} in torch's order; null if it is not
     * observed.
     */
    @Nullable
    public FloatMatrix of(String name) {
        for (int i = 0; i < all.size(); i++) { // an iterator would be allocated before C2 compiles this
            if (all.get(i).source.name().equals(name)) {
                return all.get(i).used;
            }
        }
        return null;
    }

    public List<String> names() {
        return all.stream().map(each -> each.source.name()).toList();
    }

    private static final class Observed {

        private final Projection.Source source;
        private final String population;
        private final @Nullable String variable;
        private final FloatMatrix whole;
        private FloatMatrix used;

        Observed(Projection.Source source, int rows) {
            this.source = source;
            this.population = source.ofPopulation().orElseThrow().name();
            this.variable = source.ofVariable().orElse(null);
            this.whole = FloatMatrix.zeros(rows, source.shape().size());
            this.used = whole;
        }

        void take(Part part, int first, int samples) {
            int size = part.size();
            int steps = part.steps();
            if (used.rows() != steps * samples) {
                used = whole.rows(0, steps * samples);
            }
            FloatMatrix from = part.observed(population, variable);
            for (int step = 0; step < steps; step++) {
                int to = step * samples + first;
                TorchLayout.copyTorch(source.shape(), from, step * size, used, to, size);
            }
        }
    }
}
