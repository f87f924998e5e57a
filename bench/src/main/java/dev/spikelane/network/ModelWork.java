package dev.spikelane.network;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Work;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A run of a user's network, or of one of its populations on what the others gave it.
 *
 * @param run the network and what it did
 * @param population the one that is measured; none for all of them
 */
public record ModelWork(ModelRun run, Optional<Population> population) implements Work {

    @Override
    public String name() {
        return population.map(Population::name).orElse("");
    }

    @Override
    public int threads() {
        return run.subject().threads();
    }

    @Override
    public Case open() {
        return new ModelCase(this);
    }

    /** What leads to it, in words. */
    public String paths() {
        return run.projections(population).stream()
                .map(Projection::describePath)
                .collect(Collectors.joining("; "));
    }

    /** Bytes of its weights and parameters, as floats. */
    public long weightBytes() {
        Weights weights = run.network(population, connection -> connection).weights();
        return weights.names().stream()
                .mapToLong(name ->
                        weights.shape(name).stream().mapToLong(size -> size).reduce(1, Math::multiplyExact))
                .map(count -> count * Float.BYTES)
                .sum();
    }
}
