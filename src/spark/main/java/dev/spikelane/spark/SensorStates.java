package dev.spikelane.spark;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.network.Population;
import dev.spikelane.network.Simulation;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.streaming.OutputMode;
import org.apache.spark.sql.streaming.StatefulProcessor;
import org.apache.spark.sql.streaming.TTLConfig;
import org.apache.spark.sql.streaming.TimeMode;
import org.apache.spark.sql.streaming.TimerValues;
import org.apache.spark.sql.streaming.ValueState;
import org.jspecify.annotations.Nullable;
import scala.collection.immutable.ArraySeq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Advances the sensors of a task one by one in one simulation. The state of a sensor is the time of its last step
 * (long) and a snapshot.
 */
final class SensorStates extends StatefulProcessor<String, Row, Row> {

    private static final long serialVersionUID = 1;
    private static final int TIME = 1;
    private static final int INPUT = 2;

    private final Broadcast<byte[]> model;
    private final String hash;
    private final String population;
    private final boolean isPacked;
    private transient @Nullable Run run;

    SensorStates(Broadcast<byte[]> model, String hash, String population, boolean isPacked) {
        this.model = model;
        this.hash = hash;
        this.population = population;
        this.isPacked = isPacked;
    }

    @Override
    public void init(OutputMode outputMode, TimeMode timeMode) {
        RequiredJava.check("executor");
        Network network = CachedModel.of(hash, "float", model::value).network();
        run = new Run(
                network, population, getHandle().getValueState("simulation", Encoders.BINARY(), TTLConfig.NONE()));
    }

    @Override
    public scala.collection.Iterator<Row> handleInputRows(
            String key, scala.collection.Iterator<Row> rows, TimerValues timers) {
        List<Row> sorted = new ArrayList<>();
        rows.foreach(sorted::add);
        sorted.sort(Comparator.comparingLong(row -> time(key, row)));
        Run now = run;
        if (now == null) {
            throw new IllegalStateException("a task without init");
        }
        return CollectionConverters.asScala(now.steps(key, sorted, isPacked));
    }

    private static long time(String key, Row row) {
        if (row.isNullAt(TIME)) {
            throw new InvalidRowException("sensor '" + key + "': a row has no time");
        }
        return row.getLong(TIME);
    }

    @Override
    public void close() {
        if (run != null) {
            run.simulation.close();
            run = null;
        }
    }

    private static final class Run {

        private final Simulation simulation;
        private final SpikeMatrix input;
        private final Fired fired;
        private final ValueState<byte[]> state;

        Run(Network network, String population, ValueState<byte[]> state) {
            this.state = state;
            this.simulation = network.simulate(1);
            this.input =
                    SpikeMatrix.zeros(1, network.inputs().getFirst().shape().size());
            this.fired = simulation.observe(population, new Fired());
        }

        Iterator<Row> steps(String key, List<Row> rows, boolean isPacked) {
            long last = Long.MIN_VALUE;
            simulation.reset();
            if (state.exists()) {
                ByteBuffer before = ByteBuffer.wrap(state.get());
                last = before.getLong();
                simulation.restore(before);
            }
            List<Row> results = new ArrayList<>(rows.size());
            for (Row row : rows) {
                long time = row.getLong(TIME);
                if (time > last) {
                    put(key, row, isPacked);
                    simulation.step(input);
                    results.add(RowFactory.create(key, time, new ArraySeq.ofInt(fired.neurons())));
                    last = time;
                }
            }
            ByteBuffer after =
                    ByteBuffer.allocate(Long.BYTES + simulation.stateBytes()).putLong(last);
            simulation.snapshot(after);
            state.update(after.array());
            return results.iterator();
        }

        private void put(String key, Row row, boolean isPacked) {
            if (row.isNullAt(INPUT)) {
                throw wrong(key, row, "is null");
            }
            if (isPacked) {
                byte[] bits = row.getAs(INPUT);
                int bytes = Math.ceilDiv(input.columns(), Byte.SIZE);
                int pads = input.columns() % Byte.SIZE == 0 ? 0 : -1 << input.columns() % Byte.SIZE;
                if (bits.length != bytes || (bits[bytes - 1] & pads) != 0) {
                    throw wrong(
                            key,
                            row,
                            "has " + bits.length + " bytes, expected " + bytes + ", with zeros behind the "
                                    + input.columns() + " inputs");
                }
                MemorySegment.copy(bits, 0, input.segment(), JAVA_BYTE, input.rowOffset(0), bytes);
                return;
            }
            input.clear();
            scala.collection.Iterator<?> events =
                    row.<scala.collection.Seq<?>>getAs(INPUT).iterator();
            while (events.hasNext()) {
                if (!(events.next() instanceof Integer neuron) || neuron < 0 || neuron >= input.columns()) {
                    throw wrong(key, row, "has an input that is not 0 to " + (input.columns() - 1));
                }
                input.set(0, neuron, true);
            }
        }

        private static InvalidRowException wrong(String key, Row row, String what) {
            return new InvalidRowException("sensor '" + key + "', time " + row.getLong(TIME) + ": the input " + what);
        }
    }

    private static final class Fired implements Population.Observer {

        private int[] neurons = {};
        private int count;

        @Override
        public void attach(int batch, int outputs) {
            neurons = new int[outputs];
        }

        @Override
        public void observe(long firstStep, int steps, SpikeMatrix spikes, FloatMatrix membranes) {
            count = 0;
            for (int neuron = spikes.next(0, 0); neuron >= 0; neuron = spikes.next(0, neuron + 1)) {
                neurons[count++] = neuron;
            }
        }

        int[] neurons() {
            return Arrays.copyOf(neurons, count);
        }
    }
}
