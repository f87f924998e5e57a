package dev.spikelane.io.event;

/** 32-bit xxHash with seed 0, step by step from its specification. */
final class XxHash {

    private static final long P1 = 2654435761L;
    private static final long P2 = 2246822519L;
    private static final long P3 = 3266489917L;
    private static final long P4 = 668265263L;
    private static final long P5 = 374761393L;

    private XxHash() {}

    static int of(byte[] bytes) {
        int at = 0;
        long sum = P5;
        if (bytes.length >= 16) {
            long[] acc = {P1 + P2, P2, 0, -P1};
            while (bytes.length - at >= 16) {
                for (int lane = 0; lane < 4; lane++) {
                    acc[lane] = low(rotate(low(acc[lane] + word(bytes, at) * P2), 13) * P1);
                    at += 4;
                }
            }
            sum = rotate(low(acc[0]), 1) + rotate(low(acc[1]), 7) + rotate(low(acc[2]), 12) + rotate(low(acc[3]), 18);
        }
        sum = low(sum + bytes.length);
        while (bytes.length - at >= 4) {
            sum = low(rotate(low(sum + word(bytes, at) * P3), 17) * P4);
            at += 4;
        }
        while (at < bytes.length) {
            sum = low(rotate(low(sum + (bytes[at++] & 0xFF) * P5), 11) * P1);
        }
        sum = low((sum ^ sum >> 15) * P2);
        sum = low((sum ^ sum >> 13) * P3);
        return (int) (sum ^ sum >> 16);
    }

    private static long low(long number) {
        return number & 0xFFFF_FFFFL;
    }

    private static long rotate(long number, int bits) {
        return low(number << bits | number >> 32 - bits);
    }

    private static long word(byte[] bytes, int at) {
        return bytes[at] & 0xFF
                | (bytes[at + 1] & 0xFF) << 8
                | (bytes[at + 2] & 0xFF) << 16
                | (bytes[at + 3] & 0xFFL) << 24;
    }
}
