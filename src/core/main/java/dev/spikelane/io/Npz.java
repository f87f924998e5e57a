package dev.spikelane.io;

import dev.spikelane.io.file.JsonValue;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the arrays of NumPy's archives ({@code .npz}, stored or deflated), and the one array of a {@code .npy}. */
final class Npz {

    private static final String SUFFIX = ".npy";
    private static final long MOST_BYTES_AT_ANY_RATIO = 1L << 26;
    private static final int MOST_RATIO = 100;

    private Npz() {}

    static void requireFormat(String name, byte[] first) throws IOException {
        String foreign = switch (ForeignFile.of(first)) {
            case NUMPY, NUMPY_ARCHIVE, ARCHIVE, EMPTY_ARCHIVE -> "";
            default -> ForeignFile.advice(first, ForeignFile.NUMPY_ARCHIVE);
        };
        if (!foreign.isEmpty()) {
            throw new IOException(name + ": " + foreign);
        }
    }

    static Tensors read(FileBytes file, MemorySegment bytes) throws IOException {
        return NpyMember.isArray(bytes) ? array(file, bytes) : archive(file, bytes);
    }

    private static Tensors array(FileBytes file, MemorySegment bytes) throws IOException {
        NpyMember member = NpyMember.of(file.name(), bytes);
        List<String> warnings = new ArrayList<>();
        long more = bytes.byteSize() - member.end();
        if (more > 0) {
            warnings.add(file.name() + ": goes on after the items of shape "
                    + member.header().shapeText() + ", " + more + " more bytes, which are not read");
        }
        Tensor tensor = member.tensor("", bytes.asSlice(member.start(), member.end() - member.start()), file);
        warnings.addAll(TensorItems.oddities(file.name(), List.of(tensor)));
        return new Tensors(Tensors.Format.NUMPY, Map.of(), List.of(tensor), warnings);
    }

    private record Found(String name, ZipMember zipped, NpyMember member) {}

    private static Tensors archive(FileBytes file, MemorySegment bytes) throws IOException {
        List<ZipMember> members = ZipArchive.members(file.name(), bytes);
        requireRatio(file.name(), bytes.byteSize(), members);
        List<String> warnings = new ArrayList<>();
        List<Found> found = new ArrayList<>();
        Map<String, String> texts = new LinkedHashMap<>();
        for (ZipMember each : members) {
            String refusal = add(each, found, texts);
            each.check();
            if (refusal != null) {
                warnings.add(refusal);
            }
        }
        if (found.isEmpty() && !warnings.isEmpty()) {
            throw new IOException(warnings.getFirst());
        }
        List<Tensor> tensors = new ArrayList<>();
        for (Found each : found) {
            tensors.add(each.member.tensor(each.name, each.zipped.bytes(file, each.member.start()), file));
        }
        warnings.addAll(TensorItems.oddities(file.name(), tensors));
        return new Tensors(Tensors.Format.NUMPY, Collections.unmodifiableMap(texts), tensors, warnings);
    }

    /** Adds a member; returns a warning if an archive may have it but tensors cannot. */
    private static @Nullable String add(ZipMember zipped, List<Found> found, Map<String, String> texts)
            throws IOException {
        String what = zipped.archive() + ": member " + JsonValue.quoted(zipped.name());
        if (!zipped.name().endsWith(SUFFIX)) {
            return what + " is no array, expected a name that ends in .npy";
        }
        String name = zipped.name().substring(0, zipped.name().length() - SUFFIX.length());
        NpyMember member;
        try {
            member = NpyMember.of(what, zipped);
        } catch (NpyMember.NotRead refused) {
            String text = refused.text(zipped);
            if (text != null) {
                texts.put(name, text);
            }
            return text == null ? refused.getMessage() : null;
        }
        if (member.end() != zipped.size()) {
            throw new IOException(what + " holds " + (zipped.size() - member.start())
                    + " bytes after its header, expected " + (member.end() - member.start()) + " for shape "
                    + member.header().shapeText());
        }
        found.add(new Found(name, zipped, member));
        return null;
    }

    /** Throws if the directory declares too many bytes. Unpacking refuses members with more bytes than declared. */
    private static void requireRatio(String name, long bytes, List<ZipMember> members) throws IOException {
        long size = 0;
        for (ZipMember each : members) {
            size += Math.min(each.size(), Long.MAX_VALUE / ZipArchive.MOST_MEMBERS);
            if (each.size() < 0 || size > MOST_BYTES_AT_ANY_RATIO && size / MOST_RATIO > bytes) {
                throw new IOException(name + ": declares more than " + MOST_RATIO
                        + " times its size in unpacked members, expected at most that beyond "
                        + MOST_BYTES_AT_ANY_RATIO + " bytes");
            }
        }
    }
}
