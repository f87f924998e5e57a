package dev.spikelane.plot.page;

import java.io.ByteArrayOutputStream;
import java.util.Base64;
import java.util.zip.Deflater;

/** Arrays in a page: deflated (RFC 1950), then base64. */
public final class Packed {

    private Packed() {}

    public static String of(byte[] bytes) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream(bytes.length / 2 + 64);
        byte[] buffer = new byte[1 << 16];
        try (Deflater deflater = new Deflater()) {
            deflater.setInput(bytes);
            deflater.finish();
            while (!deflater.finished()) {
                packed.write(buffer, 0, deflater.deflate(buffer));
            }
        }
        return Base64.getEncoder().encodeToString(packed.toByteArray());
    }
}
