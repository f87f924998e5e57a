package dev.spikelane.session;

import static dev.spikelane.Failures.assertIllegalState;
import static dev.spikelane.Failures.assertInvalid;
import static dev.spikelane.Filled.fill;
import static dev.spikelane.fixture.Layer.dense;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.EveryWidth;
import dev.spikelane.Tries;
import dev.spikelane.connection.Dense;
import dev.spikelane.connection.Flatten;
import dev.spikelane.connection.WeightQuantization;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.EarlyExit;
import dev.spikelane.network.Network;
import dev.spikelane.network.NetworkBuilder;
import dev.spikelane.network.Population;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Replays prove receipts at any width, and find any manipulation. */
@EveryWidth
final class ReceiptsTest {

    private static final EarlyExit RULE = new EarlyExit(12, 3, 0);
    private static final String OTHER_VALUES = "session 7 has done steps with other weights since its"
            + " last receipt, expected only the present weights: the next receipt begins here";

    private static Network network(int seed) {
        return Networks.of(
                new TorchRandom(seed),
                30,
                dense(37, new Leaky(0.9f).withThreshold(0.3f)),
                dense(5, new Leaky(0.8f).withThreshold(0.2f)));
    }

    /** Equal at all widths: the sum was computed at 512 bits. */
    @Test
    void receiptsAreTheSameAtAllWidths() throws NoSuchAlgorithmException {
        int sessions = Tries.ALL ? 1_000 : 40;
        Served served = new Served(network(1), sessions, RULE, new Random(9));
        MessageDigest sum = MessageDigest.getInstance("SHA-256");
        try (SessionPool _ = served.pool) {
            for (int part = 0; part < (Tries.ALL ? 10 : 1); part++) {
                for (int step = 0; step < 30; step++) {
                    served.step(0.2, 2);
                }
                served.end();
                byte[] receipts = served.receipts.toByteArray();
                assertTrue(receipts.length > 100 * 10 * sessions, "receipts " + receipts.length / 100);
                for (int at = 0; part == 0 && at < 40; at++) {
                    sum.update(receipts, at * Receipt.BYTES, 64); // the others depend on the version
                }
                assertEquals(List.of(), Recording.verify(receipts, served.network, served.recordings()));
                served.forget();
            }
        }
        if (!Tries.ALL) {
            assertEquals(
                    "00d376cb5ecb31a8c22902e3e66039c3496f373aa8bcceaf929c2a370e4d46fc",
                    HexFormat.of().formatHex(sum.digest()));
        }
    }

    /** States with bits, bytes in no multiple of 8, delays and feedback. */
    @Test
    void packedRowsOfAllKindsAreHashed() {
        TorchRandom random = new TorchRandom(2);
        NetworkBuilder builder = Network.builder();
        Population hidden = builder.population(
                "hidden", Shape.of(13), new RLeaky(Recurrence.allToAll(13, random), 0.9f).withThreshold(0.2f));
        Population out = builder.population("out", Shape.of(3), new Leaky(0.9f).withThreshold(0.1f));
        Network network = builder.project("a", builder.input("a", Shape.of(11)), hidden, Dense.linear(11, 13, random))
                .delay(2)
                .project(
                        "b", builder.input("b", Shape.of(2, 5, 7)), hidden, new Flatten(), Dense.linear(70, 13, random))
                .project("out", hidden, out, Dense.linear(13, 3, random))
                .delay(1)
                .build();
        Served served = new Served(network, 5, EarlyExit.exact(100), new Random(3));
        try (SessionPool _ = served.pool) {
            for (int step = 0; step < 60; step++) {
                served.step(0.3, 4);
            }
            served.end();
            assertEquals(
                    List.of(), Recording.verify(served.receipts.toByteArray(), served.network, served.recordings()));
        }
    }

    /** A recording that starts in the middle, at a receipt. */
    @Test
    void sessionsGoOnFromAReceipt() {
        Served served = new Served(network(1), 4, RULE, new Random(5));
        try (SessionPool _ = served.pool) {
            for (int step = 0; step < 9; step++) {
                served.step(0.2, 3);
            }
            served.end();
            served.forget();
            for (int step = 0; step < 25; step++) {
                served.step(0.2, 3);
            }
            served.end();
            List<Recording> recordings = served.recordings();
            assertEquals(List.of(), Recording.verify(served.receipts.toByteArray(), served.network, recordings));
            assertEquals(Optional.empty(), recordings.getFirst().replay(served.network));
            assertEquals(Optional.empty(), recordings.get(1).diff(served.network, recordings.get(1), served.network));
        }
    }

    /** Rows that are longer than the buffer of spikes. */
    @Test
    void valuesAreHashedAsTheyCome() {
        Network network = Networks.dense(new TorchRandom(1), new Leaky(0.9f).withThreshold(0.1f), 300, 4);
        Random random = new Random(8);
        FloatMatrix inputs = fill(FloatMatrix.zeros(9, 300), i -> random.nextFloat());
        SpikeMatrix spikes = SpikeMatrix.zeros(9, 4);
        try (SessionPool pool = SessionPool.builder(network).values().receipts().build()) {
            SessionPool.Answers answers = pool.newAnswers(1);
            for (int step = 0; step < 9; step++) {
                int row = step;
                pool.step(new long[] {-1}, inputs.rows(step, 1), answers);
                answers.spikes().forEachSpike(0, output -> spikes.set(row, output, true));
            }
            byte[] receipt = pool.receipt(-1);
            Recording recording = pool.recording(-1, new byte[0], Map.of("input", inputs), spikes);
            assertEquals(List.of(), Recording.verify(receipt, network, List.of(recording)));
            inputs.set(8, 299, Math.nextUp(inputs.get(8, 299)));
            assertFound("has other inputs", receipt, network, List.of(recording));
            Recording shorter = pool.recording(-1, new byte[0], Map.of("input", inputs.rows(0, 8)), spikes.rows(0, 8));
            assertFound("expected steps between 1 and 8", receipt, network, List.of(shorter));
        }
    }

    /** Where a receipt was changed or removed, and the message. */
    @Test
    void whateverIsTamperedWithIsFound() {
        Random random = new Random(11);
        Served served = new Served(network(1), 6, RULE, random);
        try (SessionPool _ = served.pool) {
            for (int step = 0; step < 12; step++) {
                served.step(0.2, 2);
            }
            served.end();
            byte[] receipts = served.receipts.toByteArray();
            List<Recording> recordings = served.recordings();
            for (int attempt = 0; attempt < (Tries.ALL ? 1_000 : 56); attempt++) {
                Tampering tampering = Tampering.values()[attempt % Tampering.values().length];
                byte[] changed = tampering.of(receipts, random);
                List<String> found = Recording.verify(changed, served.network, recordings);
                assertTrue(
                        found.stream().anyMatch(each -> each.contains(tampering.reason)),
                        () -> tampering + ": " + found);
            }
            for (int i = 0; i < recordings.size(); i++) {
                List<Recording> others = new ArrayList<>(recordings);
                others.set(i, changed(recordings.get(i), served.pool, random));
                assertFound("has other inputs, spikes or steps", receipts, served.network, others);
                others.remove(i);
                assertFound("has no recording", receipts, served.network, others);
            }
            FloatMatrix weights = served.network.weights().get("fc2.weight");
            weights.set(3, 20, Math.nextUp(weights.get(3, 20)));
            served.network.weights().replace("fc2.weight", weights);
            assertFound("is of the model ", receipts, served.network, recordings);
        }
    }

    private static void assertFound(String reason, byte[] receipts, Network network, List<Recording> recordings) {
        List<String> found = Recording.verify(receipts, network, recordings);
        assertTrue(found.stream().anyMatch(each -> each.contains(reason)), found::toString);
    }

    /** Returns a recording with one other input bit. */
    private static Recording changed(Recording of, SessionPool pool, Random random) {
        SpikeMatrix input = (SpikeMatrix) of.inputs().get("input");
        SpikeMatrix other = input.gather(IntStream.range(0, input.rows()).toArray());
        int step = random.nextInt(other.rows());
        int column = random.nextInt(other.columns());
        other.set(step, column, !other.get(step, column));
        return pool.recording(of.key(), new byte[0], Map.of("input", other), of.spikes());
    }

    /** Manipulations of one or all receipts. */
    private enum Tampering {
        DECISION("has label ", 20),
        DECIDED("has label ", 24),
        STEPS("", 16),
        FIRST("", 8),
        STATE("begins with another state", 40),
        INPUTS("has other inputs, spikes or steps", 48),
        MODEL("is of the model ", 32),
        VERSION("has another SHA-256", 64),
        FORMAT("is of receipt format ", 67),
        PREVIOUS("follows another receipt", 56),
        DIGEST("has another SHA-256", 70),
        KEY("has no recording", 4),
        ORDER("expected steps between", -1),
        LEFT_OUT("has no receipt of the steps", -1),
        CUT("the receipts end with ", -1);

        private final String reason;
        private final int at;

        Tampering(String reason, int at) {
            this.reason = reason;
            this.at = at;
        }

        byte[] of(byte[] receipts, Random random) {
            byte[] made = receipts.clone();
            int place = random.nextInt(receipts.length / Receipt.BYTES) * Receipt.BYTES;
            switch (this) {
                case ORDER -> {
                    int second = next(made, place);
                    while (second == place) {
                        place = random.nextInt(receipts.length / Receipt.BYTES) * Receipt.BYTES;
                        second = next(made, place);
                    }
                    byte[] one = Arrays.copyOfRange(made, place, place + Receipt.BYTES);
                    System.arraycopy(made, second, made, place, Receipt.BYTES);
                    System.arraycopy(one, 0, made, second, Receipt.BYTES);
                }
                case LEFT_OUT -> {
                    System.arraycopy(receipts, place + Receipt.BYTES, made, place, made.length - place - Receipt.BYTES);
                    made = Arrays.copyOf(made, made.length - Receipt.BYTES);
                }
                case CUT -> made = Arrays.copyOf(made, made.length - 1 - random.nextInt(Receipt.BYTES - 1));
                default -> made[place + at] ^= (byte) (1 << random.nextInt(7));
            }
            return made;
        }

        /** Returns another receipt of this session; the same if there is only one. */
        private static int next(byte[] receipts, int place) {
            ByteBuffer all = ByteBuffer.wrap(receipts);
            int at = place;
            do {
                at = (at + Receipt.BYTES) % receipts.length;
            } while (all.getLong(at) != all.getLong(place));
            return at;
        }
    }

    /** A receipt belongs to one version of the weights, and the next one starts at the refusal. */
    @Test
    void weightsThatChangeEndAReceipt() {
        Network network = network(1);
        SpikeMatrix input = SpikeMatrix.zeros(1, 30);
        try (SessionPool pool = SessionPool.builder(network).receipts().build()) {
            SessionPool.Answers answers = pool.newAnswers(1);
            long[] keys = {7};
            pool.step(keys, input, answers);
            FloatMatrix bias = network.weights().get("fc2.bias");
            bias.set(0, 0, 1);
            network.weights().replace("fc2.bias", bias);
            pool.step(keys, input, answers);
            assertIllegalState(OTHER_VALUES, () -> pool.receipt(7));
            byte[] state = pool.state(7);
            bias.set(0, 0, 2);
            network.weights().replace("fc2.bias", bias);
            pool.step(keys, input, answers);
            Recording recording = pool.recording(
                    7, state, Map.of("input", input), answers.spikes().gather(0));
            assertEquals(List.of(), Recording.verify(pool.receipt(7), network, List.of(recording)));
            assertInvalid("there is no session 8, expected the key of an existing session", () -> pool.receipt(8));
        }
        try (SessionPool pool = SessionPool.builder(network).build()) {
            assertIllegalState(
                    "the pool was built without receipts: call SessionPoolBuilder.receipts()", () -> pool.receipt(7));
        }
    }

    /** A removed key starts a new session with a new chain. */
    @Test
    void aSessionThatBeginsAgainHasReceiptsOfItsOwn() {
        Network network = network(1);
        SpikeMatrix input = SpikeMatrix.zeros(2, 30);
        for (int i = 0; i < 30; i++) {
            input.set(i % 2, i, true);
        }
        try (SessionPool pool = SessionPool.builder(network).receipts().build()) {
            SessionPool.Answers answers = pool.newAnswers(1);
            List<Recording> recordings = new ArrayList<>();
            byte[] receipts = new byte[4 * Receipt.BYTES];
            for (int time = 0; time < 2; time++) {
                SpikeMatrix spikes = SpikeMatrix.zeros(2, 5);
                for (int step = 0; step < 2; step++) {
                    pool.step(new long[] {7}, input.rows(step, 1), answers);
                    int row = step;
                    answers.spikes().forEachSpike(0, output -> spikes.set(row, output, true));
                    System.arraycopy(pool.receipt(7), 0, receipts, (2 * time + step) * Receipt.BYTES, Receipt.BYTES);
                }
                recordings.add(pool.recording(7, new byte[0], Map.of("input", input), spikes));
                pool.remove(7);
            }
            assertEquals(List.of(), Recording.verify(receipts, network, recordings));
            byte[] mixed = receipts.clone();
            System.arraycopy(receipts, 0, mixed, 3 * Receipt.BYTES, Receipt.BYTES);
            assertFound("has no receipt of the steps from 2 to 2", mixed, network, recordings);
        }
    }

    /** The pool knows only the hash of the current values, which another session has requested. */
    @Test
    void aReceiptIsOfThePresentValuesAlone() {
        Network network = network(1);
        SpikeMatrix input = SpikeMatrix.zeros(1, 30);
        try (SessionPool pool = SessionPool.builder(network).receipts().build()) {
            SessionPool.Answers answers = pool.newAnswers(1);
            pool.step(new long[] {7}, input, answers);
            FloatMatrix bias = network.weights().get("fc2.bias");
            bias.set(0, 0, 1);
            network.weights().replace("fc2.bias", bias);
            pool.step(new long[] {8}, input, answers);
            assertIllegalState(OTHER_VALUES, () -> pool.receipt(7));
            byte[] state = pool.state(7);
            pool.step(new long[] {7}, input, answers);
            Recording recording = pool.recording(
                    7, state, Map.of("input", input), answers.spikes().gather(0));
            assertEquals(List.of(), Recording.verify(pool.receipt(7), network, List.of(recording)));
        }
    }

    /** Its values are the floats, which other integers may follow. */
    @Test
    void aViewThatRoundsMakesNoReceipts() {
        Network rounded = network(1).rounded(Map.of(Network.OTHERS, WeightQuantization.int8()), Set.of());
        assertInvalid(
                "the network rounds weights outside of its hash, expected a network of Network.quantized for"
                        + " receipts",
                () -> SessionPool.builder(rounded).receipts().build());
        SessionPool.builder(rounded).build().close();
    }

    /** A receipt has 32 bits for its steps; a session continues after as many. */
    @Test
    void aReceiptIsOfAsManyStepsAsItCanSay() {
        Network network = network(1);
        SpikeMatrix input = SpikeMatrix.zeros(1, 30);
        MapStore store = new MapStore();
        try (SessionPool pool =
                SessionPool.builder(network).receipts().store(store).build()) {
            SessionPool.Answers answers = pool.newAnswers(1);
            long[] keys = {7};
            pool.step(keys, input, answers);
            pool.evict(7);
            store.put(network, 7, store.state(7).putLong(0, 1L << 31)); // instead of 1
            assertIllegalState(
                    "session 7 has done 2147483648 steps since its last receipt, expected at most 2147483647: the next"
                            + " receipt begins here",
                    () -> pool.receipt(7));
            byte[] state = pool.state(7);
            pool.step(keys, input, answers);
            Recording recording = pool.recording(
                    7, state, Map.of("input", input), answers.spikes().gather(0));
            assertEquals(List.of(), Recording.verify(pool.receipt(7), network, List.of(recording)));
        }
    }

    /** The hash is computed with the next step, but of the state at the receipt, wherever the session was meanwhile. */
    @Test
    void aReceiptHasTheHashOfTheStateBefore() throws NoSuchAlgorithmException {
        Network network = network(1);
        SpikeMatrix input = SpikeMatrix.zeros(1, 30);
        input.set(0, 3, true);
        int length;
        try (SessionPool plain = SessionPool.builder(network).build()) {
            length = (int) plain.stateBytes();
        }
        try (SessionPool pool =
                SessionPool.builder(network).receipts().store(new MapStore()).build()) {
            SessionPool.Answers answers = pool.newAnswers(1);
            long[] keys = {7};
            pool.step(keys, input, answers);
            for (int time = 0; time < 3; time++) {
                pool.receipt(7);
                byte[] state = Arrays.copyOf(pool.state(7), length);
                if (time == 1) {
                    pool.evict(7);
                }
                pool.step(keys, input, answers);
                pool.step(keys, input, answers);
                ByteBuffer receipt = ByteBuffer.wrap(pool.receipt(7));
                byte[] hash = MessageDigest.getInstance("SHA-256").digest(state);
                assertEquals(ByteBuffer.wrap(hash).getLong(), receipt.getLong(40));
                pool.step(keys, input, answers);
            }
        }
    }

    @Test
    void theVersionIsThatOfTheBuild() throws IOException {
        String pom = Files.readString(Path.of("pom.xml"));
        String version = pom.replaceFirst("(?s).*?<version>(\\d+\\.\\d+\\.\\d+).*", "$1");
        ByteBuffer found = ByteBuffer.allocate(4).putInt(0, Receipt.VERSION);
        assertEquals(version, found.get(1) + "." + found.get(2) + "." + found.get(3));
    }
}
