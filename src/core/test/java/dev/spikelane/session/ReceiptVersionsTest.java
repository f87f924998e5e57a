package dev.spikelane.session;

import static dev.spikelane.Failures.assertIllegalState;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.fixture.Networks;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Later versions verify receipts, and names identify sessions whatever their numbers in a pool. */
@EveryWidth
final class ReceiptVersionsTest {

    private static final int STEPS = 4;
    private static final int LATER = 0x01_00_02_0a;
    private static final int OTHER_FORMAT = 0x02_00_0c_0a;

    private final Network network = Networks.dense(new TorchRandom(1), new Leaky(0.9f).withThreshold(0.2f), 9, 5);
    private final SpikeMatrix input = SpikeMatrix.zeros(STEPS, 9);
    private final SpikeMatrix spikes = SpikeMatrix.zeros(STEPS, 5);

    private SessionPool open() {
        return SessionPool.builder(network).receipts().build();
    }

    private void step(SessionPool pool, long key, int from, int to) {
        SessionPool.Answers answers = pool.newAnswers(1);
        for (int step = from; step < to; step++) {
            input.set(step, 2 * step, true);
            pool.step(new long[] {key}, input.rows(step, 1), answers);
            for (int output = 0; output < spikes.columns(); output++) {
                spikes.set(step, output, answers.spikes().get(0, output));
            }
        }
    }

    private Recording recording(SessionPool pool, long key) {
        return pool.recording(key, new byte[0], Map.of("input", input), spikes);
    }

    /** Verifies two receipts of session 7, the first with a version, the second with the current one. */
    private List<String> verify(int version, int flipped) {
        try (SessionPool pool = open()) {
            ByteBuffer receipts = ByteBuffer.allocate(2 * Receipt.BYTES);
            step(pool, 7, 0, 3);
            receipts.put(pool.receipt(7, version));
            step(pool, 7, 3, STEPS);
            receipts.put(pool.receipt(7));
            receipts.put(64, (byte) (receipts.get(64) ^ flipped));
            return Recording.verify(receipts.array(), network, List.of(recording(pool, 7)));
        }
    }

    @Test
    void receiptsOfOtherVersionsWithThisFormatAreVerified() {
        assertEquals(List.of(), verify(Receipt.VERSION, 0));
        assertEquals(List.of(), verify(LATER, 0));
    }

    @Test
    void aTamperedVersionIsFound() {
        assertEquals(
                List.of("receipt 1, of session 7, has another SHA-256 than its parts and the replay"),
                verify(LATER, 1));
    }

    @Test
    void aReceiptOfAnotherFormatNamesItsJarAndTheNextOneIsVerified() {
        assertEquals(
                List.of("receipt 1, of session 7, is of receipt format 2, made by Spikelane 0.12.10: verify it with"
                        + " spikelane-cli of that version"),
                verify(OTHER_FORMAT, 0));
    }

    @Test
    void aNameHasTheSameReceiptsInAllPools() throws NoSuchAlgorithmException {
        try (SessionPool one = open();
                SessionPool other = open()) {
            long ann = one.key("ann");
            other.key("bob");
            long annOfOther = other.key("ann");
            assertNotEquals(ann, annOfOther);
            step(one, ann, 0, STEPS);
            step(other, annOfOther, 0, STEPS);
            byte[] receipt = one.receipt(ann);
            assertArrayEquals(receipt, other.receipt(annOfOther));
            Recording recording = recording(other, annOfOther);
            byte[] hash = MessageDigest.getInstance("SHA-256").digest("ann".getBytes(StandardCharsets.UTF_16LE));
            long first = ByteBuffer.wrap(hash).order(ByteOrder.LITTLE_ENDIAN).getLong();
            assertEquals(first & Long.MAX_VALUE, recording.key());
            assertEquals(recording.key(), recording(one, ann).key());
            assertEquals(List.of(), Recording.verify(receipt, network, List.of(recording)));
            assertIllegalState(
                    "session 'ann' has done no step since its last receipt, expected at least" + " one",
                    () -> one.receipt(ann));
        }
        assertNotEquals(Receipt.session(SessionKey.of("\ud800")), Receipt.session(SessionKey.of("\ud801")));
        assertEquals(-3, Receipt.session(SessionKey.of(-3)));
    }

    /** Their first receipts have equal states and predecessors, as the page says. */
    @Test
    void twoChainsFromOneSnapshotAreBothValid(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("pool");
        try (SessionPool pool = open()) {
            step(pool, 7, 0, 2);
            pool.receipt(7);
            byte[] state = pool.state(7);
            pool.snapshot(file);
            List<byte[]> receipts = new ArrayList<>();
            for (int chain = 0; chain < 2; chain++) {
                pool.restore(file);
                input.set(3, 1 + 2 * chain, true);
                step(pool, 7, 2, STEPS);
                receipts.add(pool.receipt(7));
                Recording recording = pool.recording(7, state, Map.of("input", input.rows(2, 2)), spikes.rows(2, 2));
                assertEquals(List.of(), Recording.verify(receipts.get(chain), network, List.of(recording)));
            }
            ByteBuffer one = ByteBuffer.wrap(receipts.getFirst());
            ByteBuffer other = ByteBuffer.wrap(receipts.getLast());
            assertNotEquals(one, other);
            assertEquals(one.getLong(40), other.getLong(40));
            assertEquals(one.getLong(56), other.getLong(56));
        }
    }
}
