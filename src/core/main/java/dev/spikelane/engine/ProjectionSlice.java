package dev.spikelane.engine;

import dev.spikelane.connection.operator.Operator;
import dev.spikelane.connection.operator.sparse.QuantaSum;
import dev.spikelane.connection.operator.sparse.SparseOperator;
import dev.spikelane.description.NetworkDescription;
import dev.spikelane.description.ProjectionDescription;
import dev.spikelane.description.SourceDescription;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;

/**
 * A projection, or one delay of a projection of synapses. All delays into one port form one sum, at the place of the
 * first such projection: delays ascending, then sources in the order of inputs and populations, then projections.
 *
 * @param number number of the projection
 * @param declared the projection with this delay
 * @param chain its operators
 */
record ProjectionSlice(int number, ProjectionDescription declared, OperatorChain chain) {

    /** Returns all slices of a network, in the order in which they enter their ports. */
    static List<ProjectionSlice> of(NetworkDescription network, IntFunction<OperatorChain> chains) {
        List<ProjectionSlice> all = new ArrayList<>();
        for (int i = 0; i < network.projections().size(); i++) {
            ProjectionDescription declared = network.projections().get(i);
            SparseOperator sparse = chains.apply(i).sparse();
            if (sparse == null) {
                all.add(new ProjectionSlice(i, declared, chains.apply(i)));
            } else if (all.stream().noneMatch(slice -> slice.isSumWith(declared))) {
                all.addAll(sum(network, chains, declared));
            }
        }
        return all;
    }

    /** Returns the sums of whole quanta among these slices. */
    static List<QuantaSum> quanta(NetworkDescription network, List<ProjectionSlice> all) {
        Map<String, List<SparseOperator>> sums = new LinkedHashMap<>();
        for (ProjectionSlice slice : all) {
            String port = "the port '" + slice.declared.port() + "' of population '"
                    + network.populations().get(slice.declared.target()).name() + "'";
            for (Operator operator : slice.chain.operators()) {
                if (operator instanceof SparseOperator sparse
                        && sparse.declared().quantum() > 0) {
                    String sum = slice.chain.sparse() == null ? "projection '" + slice.declared.name() + "'" : port;
                    sums.computeIfAbsent(sum, _ -> new ArrayList<>()).add(sparse);
                }
            }
        }
        return sums.entrySet().stream()
                .map(each -> new QuantaSum(each.getKey(), each.getValue()))
                .toList();
    }

    private boolean isSumWith(ProjectionDescription other) {
        return chain.sparse() != null
                && declared.target() == other.target()
                && declared.port().equals(other.port());
    }

    private static List<ProjectionSlice> sum(
            NetworkDescription network, IntFunction<OperatorChain> chains, ProjectionDescription into) {
        List<ProjectionSlice> slices = new ArrayList<>();
        for (int i = 0; i < network.projections().size(); i++) {
            ProjectionDescription declared = network.projections().get(i);
            SparseOperator sparse = chains.apply(i).sparse();
            if (sparse != null
                    && declared.target() == into.target()
                    && declared.port().equals(into.port())) {
                SparseOperator[] ofDelays = sparse.slices();
                int[] delays = declared.delays();
                for (int d = 0; d < ofDelays.length; d++) {
                    OperatorChain chain = new OperatorChain(
                            List.of(ofDelays[d]), chains.apply(i).owners());
                    slices.add(new ProjectionSlice(i, declared.withDelay(delays[d]), chain));
                }
            }
        }
        slices.sort(Comparator.<ProjectionSlice>comparingInt(slice -> slice.declared.delay())
                .thenComparingInt(slice -> place(network, slice.declared.source()))
                .thenComparingInt(ProjectionSlice::number));
        requireQuantum(slices);
        for (int i = 0; i < slices.size(); i++) {
            ProjectionSlice slice = slices.get(i);
            SparseOperator part =
                    ((SparseOperator) slice.chain.operators().getFirst()).inSum(i == 0, i == slices.size() - 1);
            slices.set(
                    i,
                    new ProjectionSlice(
                            slice.number, slice.declared, new OperatorChain(List.of(part), slice.chain.owners())));
        }
        return slices;
    }

    /** Returns the index of a source among inputs, then populations. */
    private static int place(NetworkDescription network, SourceDescription source) {
        return source instanceof SourceDescription.OfInput input
                ? input.input()
                : network.inputs().size() + source.ofPopulation().orElseThrow();
    }

    private static void requireQuantum(List<ProjectionSlice> slices) {
        ProjectionSlice first = slices.getFirst();
        for (ProjectionSlice slice : slices) {
            if (slice.quantum() != first.quantum()) {
                throw new IllegalArgumentException("projections '" + first.declared.name() + "' and '"
                        + slice.declared.name()
                        + "' enter the port '" + first.declared.port() + "' with quanta of " + first.quantum() + " and "
                        + slice.quantum() + ", expected one quantum for all sparse projections into a port");
            }
        }
    }

    private float quantum() {
        return ((SparseOperator) chain.operators().getFirst()).declared().quantum();
    }
}
