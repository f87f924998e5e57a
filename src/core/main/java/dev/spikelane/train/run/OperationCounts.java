package dev.spikelane.train.run;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Projection;
import dev.spikelane.network.Simulation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Counts the spikes of a simulation, and the synapses that spikes and inputs reach. */
public final class OperationCounts {

    private final Simulation simulation;
    private final int steps;
    private final Map<String, SpikeWork> populations = new LinkedHashMap<>();
    private final List<MembraneUpdates> membranes = new ArrayList<>();
    private final List<Arrivals> projections = new ArrayList<>();

    /** The counts of some samples, or the sums of several runs. */
    public static final class Counted {

        public final Map<String, Double> spikes = new LinkedHashMap<>();
        public double operations;
        public double macs;
        public double acs;
        public double updates;

        /** Adds the counts of another run. */
        public void add(Counted other) {
            other.spikes.forEach((name, count) -> spikes.merge(name, count, Double::sum));
            operations += other.operations;
            macs += other.macs;
            acs += other.acs;
            updates += other.updates;
        }
    }

    /**
     * The arrivals at a projection: for all weights, and for nonzero weights until the last step.
     *
     * @param spikes null if the source is an input or a variable
     * @param effective null without measuring
     * @param effectiveSpikes null without measuring, and if the source is an input or a variable
     */
    private record Arrivals(
            Projection declared,
            SpikeWork.@Nullable Fan spikes,
            @Nullable SynapseReach effective,
            SpikeWork.@Nullable Fan effectiveSpikes) {}

    /**
     * Attaches counters.
     *
     * @param steps steps of a run
     * @param measuring true to count membranes and operations of nonzero weights too
     */
    public OperationCounts(Simulation simulation, int steps, boolean measuring) {
        this.simulation = simulation;
        this.steps = steps;
        Network network = simulation.network();
        int batch = simulation.batch();
        for (Population each : network.populations()) {
            populations.put(each.name(), simulation.observe(each.name(), new SpikeWork(batch, each.size())));
            if (measuring) {
                membranes.add(simulation.observe(each.name(), new MembraneUpdates(batch, each.size())));
            }
        }
        for (int i = 0; i < network.projections().size(); i++) {
            Projection declared = network.projections().get(i);
            SynapseReach effective = measuring ? SynapseReach.of(network, i) : null;
            SpikeWork source = declared.source() instanceof Population from ? populations.get(from.name()) : null;
            projections.add(new Arrivals(
                    declared,
                    source == null ? null : source.fan(declared.fanOut(), Long.MAX_VALUE),
                    effective,
                    source == null || effective == null ? null : source.fan(effective.first(), arriving(declared))));
        }
    }

    /** Returns the number of steps whose rows arrive before the end. */
    private int arriving(Projection declared) {
        return Math.max(0, steps - declared.delay());
    }

    /**
     * Sums the arrivals of a run. Spikes that a delay carries past the end count as operations, but not as effective
     * ones.
     */
    public Counted count(Map<String, Signal> inputs, boolean constant) {
        Counted counted = new Counted();
        populations.forEach((name, each) -> counted.spikes.put(name, (double) each.spikes()));
        counted.updates = membranes.stream().mapToLong(MembraneUpdates::count).sum();
        for (Arrivals each : projections) {
            Signal rows = each.declared.source() instanceof Input input
                    ? Objects.requireNonNull(inputs.get(input.name()))
                    : null;
            counted.operations += each.spikes == null ? operations(each.declared, rows) : each.spikes.reached();
            if (each.effective != null) {
                addEffective(each, rows, constant, counted);
            }
        }
        return counted;
    }

    /** Returns the operations of an input, or of a variable, which counts as never 0. */
    private double operations(Projection declared, @Nullable Signal rows) {
        int[] reach = declared.fanOut();
        double mean = Arrays.stream(reach).asLongStream().sum() / (double) reach.length;
        return rows == null
                ? mean * declared.source().shape().size() * steps * simulation.batch()
                : InferenceWork.reached(rows, reach);
    }

    private void addEffective(Arrivals each, @Nullable Signal rows, boolean constant, Counted into) {
        SynapseReach reach = Objects.requireNonNull(each.effective);
        int batch = simulation.batch();
        int arriving = arriving(each.declared);
        into.macs += (double) reach.behind() * arriving * batch;
        if (each.effectiveSpikes != null) {
            into.acs += each.effectiveSpikes.reached();
        } else if (rows == null) {
            into.macs += (double) InferenceWork.total(
                            reach.first(), each.declared.source().shape())
                    * arriving
                    * batch;
        } else {
            double times = constant ? arriving : 1;
            for (int row = 0; row < batch * (constant ? 1 : arriving); row++) {
                double met = times * InferenceWork.reached(rows.rows(row, 1), reach.first());
                if (isBinary(rows, row)) {
                    into.acs += met;
                } else {
                    into.macs += met;
                }
            }
        }
    }

    private static boolean isBinary(Signal rows, int row) {
        boolean binary = true;
        if (rows instanceof FloatMatrix values) {
            for (int column = 0; column < values.columns(); column++) {
                float value = Math.abs(values.get(row, column));
                binary &= value == 0 || value == 1;
            }
        }
        return binary;
    }
}
