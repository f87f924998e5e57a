package dev.spikelane.description;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Computes a SHA-256, or its first 64 bits. */
public final class Fingerprint {

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final MessageDigest digest;

    public Fingerprint() {
        this.digest = digest();
    }

    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new AssertionError("every Java platform has SHA-256", impossible);
        }
    }

    /** Adds a text and a mark of its end. */
    public void add(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        digest.update(bytes);
    }

    public void add(long number) {
        digest.update(ByteBuffer.allocate(Long.BYTES).putLong(0, number));
    }

    public void add(ByteBuffer bytes) {
        digest.update(bytes);
    }

    public byte[] sha256() {
        return digest.digest();
    }

    /** Returns the first 64 bits of a SHA-256. */
    public static long value(byte[] sha256) {
        return (long) LONG.get(sha256, 0);
    }

    public long value() {
        return value(sha256());
    }
}
