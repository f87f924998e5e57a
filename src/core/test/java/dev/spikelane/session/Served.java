package dev.spikelane.session;

import static dev.spikelane.Filled.fill;

import dev.spikelane.memory.Signal;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.Network;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;

/** Sessions served in random batches, with some receipts, and their recordings. */
final class Served {

    final Network network;
    final SessionPool pool;
    final ByteArrayOutputStream receipts = new ByteArrayOutputStream();
    private final Random random;
    private final SessionPool.Answers answers;
    private final byte[][] starts;
    private final Map<Long, List<Map<String, Signal>>> inputs = new HashMap<>();
    private final Set<Long> open = new TreeSet<>();
    private final Map<Long, List<SpikeMatrix>> spikes = new HashMap<>();

    Served(Network network, int sessions, EarlyExit rule, Random random) {
        this.network = network;
        this.random = random;
        this.pool = SessionPool.builder(network)
                .threads(2)
                .decision(rule)
                .receipts()
                .build();
        this.answers = pool.newAnswers(sessions);
        this.starts = new byte[sessions][0];
    }

    /** Advances some sessions by one step, and makes a receipt at one of so many steps. */
    void step(double density, int receiptOneIn) {
        long[] keys = LongStream.range(0, starts.length)
                .filter(_ -> random.nextInt(3) > 0)
                .toArray();
        if (keys.length == 0) {
            return;
        }
        Map<String, Signal> rows = new HashMap<>();
        network.inputs().forEach(input -> {
            SpikeMatrix made = fill(
                    SpikeMatrix.zeros(keys.length, input.shape().size()),
                    (row, column) -> random.nextDouble() < density);
            rows.put(input.name(), made);
        });
        pool.step(keys, rows, answers);
        for (int place = 0; place < keys.length; place++) {
            int at = place;
            Map<String, Signal> own = new HashMap<>();
            rows.forEach((name, all) -> own.put(name, all.gather(at)));
            inputs.computeIfAbsent(keys[place], _ -> new ArrayList<>()).add(own);
            spikes.computeIfAbsent(keys[place], _ -> new ArrayList<>())
                    .add(answers.spikes().gather(place));
            if (random.nextInt(receiptOneIn) == 0) {
                receipts.writeBytes(pool.receipt(keys[place]));
                open.remove(keys[place]);
            } else {
                open.add(keys[place]);
            }
        }
    }

    /** Makes a receipt of each session with steps since its last one. */
    void end() {
        open.forEach(key -> receipts.writeBytes(pool.receipt(key)));
        open.clear();
    }

    /** Records only later steps. */
    void forget() {
        inputs.keySet().forEach(key -> starts[Math.toIntExact(key)] = pool.state(key));
        inputs.clear();
        spikes.clear();
        receipts.reset();
    }

    List<Recording> recordings() {
        List<Recording> all = new ArrayList<>();
        inputs.forEach((key, steps) -> {
            Map<String, Signal> rows = new HashMap<>();
            network.inputs().forEach(input -> {
                SpikeMatrix made = SpikeMatrix.zeros(steps.size(), input.shape().size());
                for (int step = 0; step < steps.size(); step++) {
                    copy((SpikeMatrix) steps.get(step).get(input.name()), made, step);
                }
                rows.put(input.name(), made);
            });
            SpikeMatrix fired = SpikeMatrix.zeros(steps.size(), network.outputs());
            for (int step = 0; step < steps.size(); step++) {
                copy(spikes.get(key).get(step), fired, step);
            }
            all.add(pool.recording(key, starts[Math.toIntExact(key)], rows, fired));
        });
        return all;
    }

    private static void copy(SpikeMatrix from, SpikeMatrix to, int row) {
        from.forEachSpike(0, column -> to.set(row, column, true));
    }
}
