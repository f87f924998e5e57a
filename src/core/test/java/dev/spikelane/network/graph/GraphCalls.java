package dev.spikelane.network.graph;

import static dev.spikelane.Filled.ints;

import dev.spikelane.Matrices;
import dev.spikelane.memory.ElementType;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Input;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import dev.spikelane.network.Simulations;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Random calls to several simulations of one network, each compared with an interpreter. */
final class GraphCalls implements AutoCloseable {

    enum Call {
        STEP,
        RUN,
        RUN_CONSTANT,
        RESET,
        SNAPSHOT,
        RESTORE,
        FORK,
        /** Another simulation with other blocks and threads, from a state or from zero. */
        ANEW,
        REPLACE,
        REPLACE_PLASTIC,
        RECORD
    }

    private static final int MOST_SIMULATIONS = 3;
    private static final int[] ROWS_IN_BLOCK = {1, 7, 16, 64, Simulations.ROWS_IN_BLOCK};
    private static final Call[] CALLS = {
        Call.STEP, Call.STEP, Call.STEP, Call.RUN, Call.RUN, Call.RUN_CONSTANT, Call.RUN_CONSTANT, Call.RUN_CONSTANT,
        Call.RESET, Call.SNAPSHOT, Call.RESTORE, Call.FORK, Call.ANEW, Call.REPLACE, Call.REPLACE, Call.REPLACE_PLASTIC,
        Call.RECORD
    };

    /** Values of a parameter at and beyond the usual range. */
    private static final float[] FAR = {0, 1, -0.25f, 1.5f, 0.75f};

    private final Network network;
    private final int batch;
    private final Random random;
    private final List<GraphSession> sessions = new ArrayList<>();
    private final List<GraphSession.Saved> saved = new ArrayList<>();
    /** The current values of the network. */
    private Map<String, FloatMatrix> values = new HashMap<>();
    /** Matrices that a user refills. */
    private final Map<String, Signal> reused = new HashMap<>();

    private final StringBuilder done = new StringBuilder();
    /** Numbers of effective calls. */
    final Map<Call, Integer> counts = new EnumMap<>(Call.class);

    int refused;

    GraphCalls(Network network, int batch, Random random) {
        this.network = network;
        this.batch = batch;
        this.random = random;
        network.weights()
                .names()
                .forEach(name -> values.put(name, network.weights().get(name)));
        sessions.add(anew());
    }

    void run(int calls) {
        for (int i = 0; i < calls; i++) {
            int which = random.nextInt(sessions.size());
            Call call = CALLS[random.nextInt(CALLS.length)];
            done.append(i == 0 ? "" : ", ").append(which).append(' ').append(call);
            GraphSession session = sessions.get(which);
            make(call, session);
            counts.merge(call, 1, Integer::sum);
            if (sessions.contains(session)) {
                session.compare(done.toString());
            }
        }
        sessions.forEach(each -> each.compareAll(done.toString()));
    }

    /** Runs a call in the first simulation, of a network with these values. */
    void step(Map<String, FloatMatrix> present) {
        values = present;
        Call call = CALLS[random.nextInt(Call.RESET.ordinal() + 1)];
        GraphSession session = sessions.getFirst();
        make(call, session);
        session.compare(done.toString());
    }

    private void make(Call call, GraphSession session) {
        switch (call) {
            case STEP -> give(session, call, 1);
            case RUN, RUN_CONSTANT -> give(session, call, random.nextInt(3) == 0 ? 1 : 1 + random.nextInt(9));
            case RESET -> session.reset(values);
            case SNAPSHOT -> saved.add(session.save());
            case RESTORE -> {
                if (!saved.isEmpty()) {
                    session.restore(saved.get(random.nextInt(saved.size())));
                }
            }
            case FORK -> join(session.fork("fork"));
            case ANEW -> {
                GraphSession made = anew();
                if (random.nextBoolean()) {
                    made.restore(session.save());
                }
                join(made);
            }
            case REPLACE -> replace();
            case REPLACE_PLASTIC -> replacePlastic(session);
            case RECORD -> {
                List<Population> all = network.populations();
                session.record(all.get(random.nextInt(all.size())), random);
            }
        }
    }

    private GraphSession anew() {
        int threads = 1 + random.nextInt(3);
        int rowsInBlock = ROWS_IN_BLOCK[random.nextInt(ROWS_IN_BLOCK.length)];
        Simulation simulation = Simulations.of(network, batch, threads, rowsInBlock);
        Map<String, FloatMatrix> plastic = new HashMap<>();
        simulation.plasticWeights().names().stream()
                .filter(values::containsKey)
                .forEach(name -> plastic.put(name, values.get(name)));
        return new GraphSession(simulation, values, plastic, threads + " threads, blocks of " + rowsInBlock + " rows");
    }

    private void join(GraphSession session) {
        if (sessions.size() == MOST_SIMULATIONS) {
            sessions.remove(random.nextInt(MOST_SIMULATIONS)).close();
        }
        sessions.add(session);
    }

    /** Runs steps, unless the kind of an input would change where it must not. */
    private void give(GraphSession session, Call call, int count) {
        int distinct = call == Call.RUN_CONSTANT ? 1 : count;
        Map<String, Signal> given = new HashMap<>();
        for (Input input : network.inputs()) {
            given.put(input.name(), rows(input, distinct));
        }
        List<Map<String, Signal>> frames = new ArrayList<>();
        for (int step = 0; step < count; step++) {
            int from = distinct == 1 ? 0 : step;
            Map<String, Signal> frame = new HashMap<>();
            given.forEach((name, rows) -> frame.put(name, copy(rows, from, batch)));
            frames.add(frame);
        }
        done.append(' ').append(count).append(" of ");
        given.values()
                .forEach(each -> done.append(each instanceof SpikeMatrix ? "spikes" : "values")
                        .append(' '));
        SpikeMatrix output = null;
        try {
            switch (call) {
                case STEP -> output = session.simulation.step(given);
                case RUN -> session.simulation.run(given);
                default -> session.simulation.runConstant(given, count);
            }
        } catch (IllegalArgumentException expected) {
            String message = String.valueOf(expected.getMessage());
            if (!message.contains("expected one kind between two resets")
                    && !message.contains("sums whole quanta")
                    && !message.contains("has a rule, which follows spikes")) {
                throw expected;
            }
            refused++;
            return;
        }
        session.follow(frames, values);
        if (output != null) {
            session.compareOutput(output, done.toString());
        }
    }

    /** Returns rows, often in a reused matrix. */
    private Signal rows(Input input, int count) {
        boolean spikes = random.nextInt(3) > 0 || isFollowed(input) && random.nextInt(4) > 0;
        return rows(input, count * batch, spikes, random, reused);
    }

    /** Returns rows, often in a reused matrix. */
    static Signal rows(Input input, int count, boolean spikes, Random random, Map<String, Signal> reused) {
        int columns = input.shape().size();
        Signal fresh = spikes
                ? Matrices.spikes(Arena.ofAuto(), count, columns, random.nextInt(6) / 5.0, random)
                : Matrices.uniform(Arena.ofAuto(), count, columns, random);
        Signal known = reused.putIfAbsent(input.name() + spikes + count, fresh);
        if (known == null || random.nextInt(4) == 0) {
            return fresh;
        }
        known.segment().copyFrom(fresh.segment());
        return known;
    }

    /** Returns true if a rule changes a projection of an input. */
    private boolean isFollowed(Input input) {
        return network.projections().stream()
                .anyMatch(
                        each -> each.source().equals(input) && each.plasticity().isRule());
    }

    /** Returns the rows of a step. */
    static Signal copy(Signal rows, int step, int batch) {
        int[] which = ints(batch, i -> step * batch + i);
        return rows.gather(which);
    }

    private void replace() {
        List<String> names = network.weights().names();
        String name = names.get(random.nextInt(names.size()));
        List<String> graded = names.stream()
                .filter(each -> each.endsWith("gradedSpikesFactor"))
                .toList();
        if (!graded.isEmpty() && random.nextInt(3) == 0) {
            name = graded.get(random.nextInt(graded.size()));
        }
        if (isOfIntegers(name)) {
            return;
        }
        FloatMatrix next = other(network, name, values.get(name), random);
        done.append(' ').append(name);
        try {
            network.weights().replace(name, next);
        } catch (IllegalArgumentException no) {
            refused++;
            Matrices.assertSameBits(values.get(name), network.weights().get(name), name);
            return;
        }
        values = new HashMap<>(values);
        values.put(name, next);
    }

    private boolean isOfIntegers(String name) {
        String weights = name.endsWith("_scale") ? name.substring(0, name.length() - "_scale".length()) : name;
        return network.weights().names().contains(weights) && network.weights().type(weights) != ElementType.FLOAT32;
    }

    private void replacePlastic(GraphSession session) {
        List<String> names = session.simulation.plasticWeights().names();
        if (names.isEmpty()) {
            return;
        }
        String name = names.get(random.nextInt(names.size()));
        if (isOfIntegers(name)) {
            return;
        }
        done.append(' ').append(name);
        FloatMatrix next =
                other(network, name, session.simulation.plasticWeights().get(name), random);
        refused += session.replacePlastic(name, next) ? 0 : 1;
    }

    /**
     * Returns values near the current ones; a parameter often gets others, and may change between one value and one for
     * each neuron.
     */
    static FloatMatrix other(Network network, String name, FloatMatrix present, Random random) {
        int columns = present.columns();
        boolean parameter = false;
        for (Population population : network.populations()) {
            boolean owns = name.startsWith(population.name() + ".")
                    && population
                            .neuron()
                            .parameters()
                            .containsKey(name.substring(population.name().length() + 1));
            if (owns && random.nextInt(3) == 0) {
                columns = columns == 1 ? population.size() : 1;
            }
            parameter |= owns;
        }
        boolean factor = name.endsWith("gradedSpikesFactor");
        boolean far = parameter && random.nextInt(3) == 0;
        FloatMatrix next = FloatMatrix.zeros(present.rows(), columns);
        for (int row = 0; row < next.rows(); row++) {
            for (int column = 0; column < columns; column++) {
                float before = present.get(row, Math.min(column, present.columns() - 1));
                float near = before * (0.5f + random.nextFloat() / 2);
                next.set(
                        row, column, factor ? random.nextInt(1, 7) / 2f : far ? FAR[random.nextInt(FAR.length)] : near);
            }
        }
        return next;
    }

    @Override
    public void close() {
        sessions.forEach(GraphSession::close);
    }
}
