package dev.spikelane.io;

import dev.spikelane.io.file.AtomicFile;
import dev.spikelane.io.file.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The arrays of a NumPy archive ({@code .npz}, stored or deflated) by name, or the one array of a {@code .npy} file,
 * whose name is empty.
 *
 * <p>Arrays of floats of 16, 32 and 64 bits, whole numbers of 8 to 64 bits and truth values are read, in either order
 * of bytes, in C or Fortran order; as tensors they have the lowest byte first, and C order. What an archive holds
 * besides, such as pickled objects, is no tensor, and a {@linkplain #warnings warning} tells it; if there is nothing
 * else, the archive is refused.
 *
 * <p>The reader is strict. An archive has at most 65,536 members, stored or deflated, each once; directory and members
 * agree, and members do not overlap; sizes and checksums are right. Sizes are compared with what an array's shape needs
 * before anything is unpacked, and unpacked bytes are counted while they come. All deflated members are unpacked once
 * to check them before memory is taken for what they hold. Beyond 64 MiB, an archive may not unpack to more than 100
 * times its size. Nothing is written to a disk, and no name becomes a path.
 */
public final class Npz implements TensorFile {

    private static final String SUFFIX = ".npy";
    private static final long MOST_BYTES_AT_ANY_RATIO = 1L << 26;
    private static final int MOST_RATIO = 100;

    private final List<Tensor> tensors;
    private final List<String> warnings;

    private Npz(List<Tensor> tensors, List<String> warnings) {
        this.tensors = List.copyOf(tensors);
        this.warnings = List.copyOf(warnings);
    }

    /**
     * Collects what an archive shall hold.
     *
     * @param tensors tensors of different names
     * @return the content
     * @throws IllegalArgumentException if two tensors have one name, or one is of a type that NumPy does not have
     *     (BF16)
     */
    public static Npz of(List<Tensor> tensors) {
        Set<String> names = new HashSet<>();
        for (Tensor tensor : tensors) {
            if (!names.add(tensor.name())) {
                throw new IllegalArgumentException(
                        tensor + " has a name that is used already, expected another name for each tensor");
            }
            NpzWriter.requireStored(tensor);
        }
        return new Npz(tensors, List.of());
    }

    /**
     * Reads an archive, or a {@code .npy} file, with at most 512 MiB of memory that is freed when it is forgotten.
     *
     * @param file the file
     * @return its content
     * @throws IOException if there is no such file, it cannot be read, is not whole, holds no array that is read, or
     *     needs more memory; the message starts with the file's name
     */
    public static Npz read(Path file) throws IOException {
        return read(file, Inputs.MOST_BYTES);
    }

    /**
     * Reads an archive, or a {@code .npy} file, into memory that is freed when it is forgotten.
     *
     * @param file the file
     * @param mostBytes the most memory that the load may take in all: the bytes of the file, arrays that are unpacked
     *     or put in order
     * @return its content
     * @throws IOException as {@link #read(Path)} does
     */
    public static Npz read(Path file, long mostBytes) throws IOException {
        return FileBytes.load(file, mostBytes, Npz::read);
    }

    /**
     * Reads a stream to its end, for example a resource of a jar, with at most 512 MiB of memory. The stream stays
     * open.
     *
     * @param name what error messages call the stream
     * @param stream the bytes of a {@code .npz} or {@code .npy} file
     * @return its content
     * @throws IOException as {@link #read(Path)} does; the message starts with the name
     */
    public static Npz read(String name, InputStream stream) throws IOException {
        return FileBytes.load(name, stream, Npz::read);
    }

    private static Npz read(FileBytes file, MemorySegment bytes) throws IOException {
        String foreign = NpyMember.foreign(bytes);
        if (!foreign.isEmpty()) {
            throw new IOException(file.name() + ": " + foreign);
        }
        return NpyMember.isArray(bytes) ? array(file, bytes) : archive(file, bytes);
    }

    private static Npz array(FileBytes file, MemorySegment bytes) throws IOException {
        NpyMember member = NpyMember.of(file.name(), bytes);
        List<String> warnings = new ArrayList<>();
        long more = bytes.byteSize() - member.end();
        if (more > 0) {
            warnings.add(file.name() + ": goes on after the items of shape "
                    + member.header().shapeText() + ", " + more + " more bytes, which are not read");
        }
        Tensor tensor = member.tensor("", bytes.asSlice(member.start(), member.end() - member.start()), file);
        warnings.addAll(TensorItems.oddities(file.name(), List.of(tensor)));
        return new Npz(List.of(tensor), warnings);
    }

    /** An array of an archive whose header was read. */
    private record Found(String name, ZipMember zipped, NpyMember member) {}

    private static Npz archive(FileBytes file, MemorySegment bytes) throws IOException {
        List<ZipMember> members = ZipArchive.members(file.name(), bytes);
        requireRatio(file.name(), bytes.byteSize(), members);
        List<String> warnings = new ArrayList<>();
        List<Found> found = new ArrayList<>();
        for (ZipMember each : members) {
            String refusal = add(each, found);
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
        return new Npz(tensors, warnings);
    }

    /** Reads a member's header; returns why it is no tensor, if it is none but may stand in an archive. */
    private static @Nullable String add(ZipMember zipped, List<Found> found) throws IOException {
        String what = zipped.archive() + ": member " + JsonValue.quoted(zipped.name());
        if (!zipped.name().endsWith(SUFFIX)) {
            return what + " is no array, expected a name that ends in .npy";
        }
        NpyMember member;
        try {
            member = NpyMember.of(what, zipped);
        } catch (NpyMember.NotRead refused) {
            return refused.getMessage();
        }
        if (member.end() != zipped.size()) {
            throw new IOException(what + " holds " + (zipped.size() - member.start())
                    + " bytes after its header, expected " + (member.end() - member.start()) + " for shape "
                    + member.header().shapeText());
        }
        String name = zipped.name().substring(0, zipped.name().length() - SUFFIX.length());
        found.add(new Found(name, zipped, member));
        return null;
    }

    /** Sizes are those that the directory declares; that members deliver no more is seen where they are unpacked. */
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

    /**
     * Writes an archive whose members are stored, as {@code numpy.savez} writes it. It appears under its name only when
     * it is complete; an older file is replaced; a pipe or a device is written in place.
     *
     * @param file where to
     * @throws IOException if the file cannot be written, or would have 4 GiB or more; an older one is still there then
     */
    public void write(Path file) throws IOException {
        AtomicFile.write(file, new NpzWriter(file.toString(), tensors, false)::write);
    }

    /**
     * Writes an archive whose members are deflated, as {@code numpy.savez_compressed} writes it; else as {@link #write}
     * does.
     *
     * @param file where to
     * @throws IOException as {@link #write} does
     */
    public void writeCompressed(Path file) throws IOException {
        AtomicFile.write(file, new NpzWriter(file.toString(), tensors, true)::write);
    }

    @Override
    public List<Tensor> tensors() {
        return tensors;
    }

    @Override
    public List<String> warnings() {
        return warnings;
    }

    @Override
    public String toString() {
        return "Npz " + tensors;
    }
}
