package dev.spikelane.io;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;

/** Recognizes files of other formats by their first bytes, and advises how to read them. */
enum ForeignFile {
    PYTORCH_ARCHIVE(
            "504b0304", "data.pkl", "is a file of PyTorch (.pt, .pth); read it with dev.spikelane.model.StateDict"),
    NUMPY_ARCHIVE("504b0304", ".npy", "is an archive of NumPy (.npz); read it with Tensors"),
    ARCHIVE(
            "504b0304",
            "",
            "is a zip archive, such as PyTorch's .pt or NumPy's .npz; read it with"
                    + " dev.spikelane.model.StateDict or Tensors"),
    EMPTY_ARCHIVE("504b0506", "", "is an empty zip archive; read it with Tensors"),
    PYTORCH_PICKLE(
            "80028a0a6cfc",
            "",
            "is a file of an old PyTorch (.pt, .pth); in Python write its tensors with"
                    + " safetensors.torch.save_file(model.state_dict(), \"model.safetensors\")"),
    PICKLE("80..........", "", "is a pickle of Python; write what it holds in Python with safetensors or numpy.save"),
    HDF5(
            "894844460d0a1a0a",
            "",
            "is a file of HDF5; a graph of NIR (.nir) is read with NirImport;"
                    + " of others (.h5) write the arrays in Python with"
                    + " safetensors.numpy.save_file or numpy.save"),
    NUMPY("934e554d5059", "", "is an array of NumPy (.npy); read it with Npy"),
    ONNX(
            "08..12",
            "",
            "is a network of ONNX; in Python write the tensors of the model that it was exported from with"
                    + " safetensors.torch.save_file(model.state_dict(), \"model.safetensors\")"),
    IDX("00000801", "", "is a file of IDX (MNIST's format); read it with Idx"),
    IDX_OF_IMAGES("00000803", "", "is a file of IDX (MNIST's format); read it with Idx"),
    SAFETENSORS("................7b", "", "is a file of safetensors; read it with Tensors"),
    PAGE("3c21", "", Advice.PAGE),
    PAGE_OF_HTML("3c68", "", Advice.PAGE),
    JSON("7b", "", "is a text, such as JSON");

    private static final class Advice {
        static final String PAGE = "is a page of HTML, such as a server sends in place of a file; download it again";
    }

    /** Enough bytes to distinguish all formats: a zip archive has the name of its first file after 30 bytes. */
    static final int FIRST_BYTES = 128;

    private static final int NAME_IN_ARCHIVE = 30;

    private final String start;
    private final String inside;
    private final String advice;

    /** {@code start} has hexadecimal digits; two dots match any byte. */
    ForeignFile(String start, String inside, String advice) {
        this.start = start;
        this.inside = inside;
        this.advice = advice;
    }

    /**
     * Returns advice about a file that a reader refuses.
     *
     * @param first its first bytes
     * @param own the format of the reader
     * @return the end of a sentence that starts with the file's name; empty if the format is unknown
     */
    static String advice(byte[] first, ForeignFile own) {
        for (ForeignFile each : values()) {
            if (each != own && each.begins(first)) {
                return each.advice;
            }
        }
        return "";
    }

    /** Returns the format of a file; SAFETENSORS if it is unknown, because that reader reports the error. */
    static ForeignFile of(byte[] first) {
        if (SAFETENSORS.begins(first) && (first[3] | first[4] | first[5] | first[6] | first[7]) == 0) {
            return SAFETENSORS; // Its length may begin with any bytes.
        }
        for (ForeignFile each : values()) {
            if (each.begins(first)) {
                return each;
            }
        }
        return SAFETENSORS;
    }

    /** Appends bytes until there are {@link #FIRST_BYTES}, or the input ends. */
    static byte[] first(byte[] read, InputStream rest) throws IOException {
        return first(read, Channels.newChannel(rest));
    }

    /** Appends bytes until there are {@link #FIRST_BYTES}, or the input ends. */
    static byte[] first(byte[] read, ReadableByteChannel rest) throws IOException {
        byte[] more = new FileBytes("", 0).head(rest, FIRST_BYTES - read.length);
        byte[] all = Arrays.copyOf(read, read.length + more.length);
        System.arraycopy(more, 0, all, read.length, more.length);
        return all;
    }

    private boolean begins(byte[] first) {
        int bytes = start.length() / 2;
        if (first.length < bytes) {
            return false;
        }
        String found = HexFormat.of().formatHex(first, 0, bytes);
        for (int i = 0; i < start.length(); i++) {
            if (start.charAt(i) != '.' && start.charAt(i) != found.charAt(i)) {
                return false;
            }
        }
        return inside.isEmpty()
                || first.length > NAME_IN_ARCHIVE
                        && new String(
                                        Arrays.copyOfRange(first, NAME_IN_ARCHIVE, first.length),
                                        StandardCharsets.ISO_8859_1)
                                .contains(inside);
    }
}
