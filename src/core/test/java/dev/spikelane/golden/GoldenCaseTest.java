package dev.spikelane.golden;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** The reader must not accept a wrong number. */
class GoldenCaseTest {

    private static final String JSON = """
            {"name": "small", "op": "leaky", "params": {"beta": "array:beta", "threshold": 0.1, "steps": 2},
             "inputs": {"beta": {"file": "beta.npy", "shape": [2], "dtype": "float32"}},
             "outputs": {
              "mem": {"file": "mem.npy", "shape": [2, 1, 2], "dtype": "float32",
                      "tolerance": {"rtol": 0.01, "atol": 0.1}},
              "spk": {"file": "spk.npy", "shape": [5, 1, 2], "dtype": "uint8", "tolerance": "exact",
                      "packed": "bits", "stored_shape": [2]},
              "grad": {"file": "mem.npy", "shape": [2, 1, 2], "dtype": "float32", "tolerance": "statistical"}},
             "scalars": {"loss": NaN}}
            """;

    private static final float NAN = Float.NaN;
    private static final float INFINITY = Float.POSITIVE_INFINITY;

    private static final Map<String, byte[]> FILES = Map.of(
            "beta.npy", npy("<f4", "2,", floats(0.5f, 0.25f)),
            "mem.npy", npy("<f4", "2, 1, 2", floats(10, 0, NAN, INFINITY)),
            "spk.npy", npy("|u1", "2,", new byte[] {(byte) 0b1010_0000, 0b0100_0000}));

    @Test
    void readsParametersAndArrays() throws IOException {
        GoldenCase golden = small();
        assertEquals(2, golden.integer("steps"));
        assertEquals(0.1f, golden.number("threshold"));
        assertTrue(golden.perNeuron("beta"));
        assertArrayEquals(new float[] {0.5f, 0.25f}, golden.floatOrArray("beta", 2));
        assertArrayEquals(new float[] {0.1f, 0.1f, 0.1f}, golden.floatOrArray("threshold", 3));
        assertArrayEquals(new byte[] {1, 0, 1, 0, 0, 0, 0, 0, 0, 1}, golden.bytes("spk"));
        assertTrue(Double.isNaN(golden.scalar("loss")));
        assertThrows(IllegalArgumentException.class, () -> golden.floatOrArray("beta", 3));
        assertThrows(IllegalArgumentException.class, () -> golden.number("beta"));
        assertThrows(IllegalArgumentException.class, () -> golden.floats("missing"));
    }

    @Test
    void closeIsWithinToleranceAndNamesTheFirstDifference() throws IOException {
        GoldenCase golden = small();
        golden.assertClose("mem", new float[] {10.19f, -0.09f, NAN, INFINITY});
        assertMessage(
                "small: mem at [step 0, batch 0, neuron 1] is 0.11, expected 0.0 (atol 0.1, rtol 0.01); 2 of 4 differ",
                () -> golden.assertClose("mem", new float[] {10, 0.11f, 1, INFINITY}));
        assertThrows(AssertionError.class, () -> golden.assertClose("mem", new float[] {NAN, 0, NAN, INFINITY}));
        assertThrows(AssertionError.class, () -> golden.assertClose("mem", new float[] {10, 0, NAN, -INFINITY}));
        assertThrows(AssertionError.class, () -> golden.assertClose("mem", new float[] {10, 0, NAN}));
        assertThrows(IllegalStateException.class, () -> golden.assertClose("grad", new float[4]));
    }

    @Test
    void bitsTellZeroFromMinusZero() throws IOException {
        GoldenCase golden = small();
        golden.assertBits("mem", new float[] {10, 0, NAN, INFINITY});
        assertThrows(AssertionError.class, () -> golden.assertBits("mem", new float[] {10, -0f, NAN, INFINITY}));
    }

    @Test
    void everySpikeCounts() throws IOException {
        GoldenCase golden = small();
        golden.assertSpikes("spk", new byte[] {1, 0, 1, 0, 0, 0, 0, 0, 0, 1});
        assertMessage(
                "small: spk at [step 4, batch 0, neuron 1] is 0, expected 1 (margin NaN); 1 of 10 differ",
                () -> golden.assertSpikes("spk", new byte[] {1, 0, 1, 0, 0, 0, 0, 0, 0, 0}));
    }

    @Test
    void reportCountsWhatRanAndWhatWasLeftOut() throws IOException {
        GoldenReport report = new GoldenReport("Golden leaky");
        report.run(small(), golden -> {
            golden.markChecked("mem");
            golden.markChecked("spk");
            golden.leaveOutStarting("grad", "no training yet");
        });
        report.run(small(), golden -> golden.leaveOutCase("not our meaning"));
        report.requireSuccess();
        assertEquals(
                List.of(
                        "Golden leaky: 1 ran, 1 left out",
                        "    1 cases left out: not our meaning (small)",
                        "    1 outputs of 1 cases left out: no training yet"),
                report.lines());
    }

    @Test
    void reportFailsForForgottenOutputsFailuresAndEmptyRuns() throws IOException {
        GoldenReport forgetful = new GoldenReport("Golden leaky");
        forgetful.run(small(), golden -> golden.markChecked("mem"));
        assertMessage(
                "Golden leaky: 1 failures" + System.lineSeparator()
                        + "small: the test neither compared nor left out [spk, grad]",
                forgetful::requireSuccess);

        GoldenReport failing = new GoldenReport("Golden leaky");
        failing.run(small(), golden -> {
            throw new IllegalStateException("broken");
        });
        assertThrows(AssertionError.class, failing::requireSuccess);

        GoldenReport idle = new GoldenReport("Golden leaky");
        idle.run(small(), golden -> golden.leaveOutCase("not yet"));
        assertMessage("Golden leaky: none of 1 cases ran: {not yet=[small]}", idle::requireSuccess);

        GoldenReport withoutCases = new GoldenReport("Golden leaky");
        withoutCases.requireSuccess();
        assertEquals(List.of("Golden leaky: 0 ran, 0 left out", "    the set has no such case"), withoutCases.lines());
    }

    private static void assertMessage(String expected, Executable action) {
        assertEquals(expected, assertThrows(AssertionError.class, action).getMessage());
    }

    private static GoldenCase small() throws IOException {
        return GoldenSet.parse(JSON.getBytes(StandardCharsets.UTF_8), FILES::get);
    }

    private static byte[] npy(String type, String shape, byte[] data) {
        String header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + shape + "), }\n";
        ByteBuffer file =
                ByteBuffer.allocate(10 + header.length() + data.length).order(ByteOrder.LITTLE_ENDIAN);
        file.put((byte) 0x93).put("NUMPY\1\0".getBytes(StandardCharsets.US_ASCII));
        file.putShort((short) header.length()).put(header.getBytes(StandardCharsets.US_ASCII));
        return file.put(data).array();
    }

    private static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }
}
