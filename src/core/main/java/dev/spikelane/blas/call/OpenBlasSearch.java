package dev.spikelane.blas.call;

import dev.spikelane.blas.call.OpenBlasLibrary.Unusable;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The result of the search for OpenBLAS. The search never throws or prints.
 *
 * @param library the library, or null if there is none
 * @param description version, core, threads and file; or the reason why there is none
 */
public record OpenBlasSearch(@Nullable OpenBlasLibrary library, String description) {

    public static final String PROPERTY = "spikelane.openblas";

    public static final String THREADS_PROPERTY = "spikelane.openblas.threads";

    private static final String OFF = "off";

    private static final int MOST_THREADS = 1_024;

    private static final OpenBlasSearch RESULT = search();

    public static OpenBlasSearch result() {
        return RESULT;
    }

    public static OpenBlasLibrary require() {
        OpenBlasLibrary found = RESULT.library;
        if (found == null) {
            throw new IllegalStateException("OpenBLAS is not available: " + RESULT.description);
        }
        return found;
    }

    private static OpenBlasSearch search() {
        try {
            return found();
        } catch (Unusable absent) {
            return new OpenBlasSearch(null, String.valueOf(absent.getMessage()));
        } catch (UnsupportedOperationException unsupported) {
            return new OpenBlasSearch(null, "off: this Java cannot call native code on this platform");
        }
    }

    private static OpenBlasSearch found() throws Unusable {
        String asked = System.getProperty(PROPERTY);
        if (OFF.equals(asked)) {
            throw new Unusable("off, as " + PROPERTY + "=off asks");
        }
        // Native access is checked first: a restricted call without it would print a warning, or throw.
        Module module = OpenBlasSearch.class.getModule();
        if (!module.isNativeAccessEnabled()) {
            String name = module.isNamed() ? module.getName() : "ALL-UNNAMED";
            throw new Unusable("off: native access is not enabled for "
                    + (module.isNamed() ? "module " + name : "the class path") + " (--enable-native-access=" + name
                    + ")");
        }
        int threads = threads(System.getProperty(THREADS_PROPERTY, "1"));
        return asked == null ? byName(threads) : byPath(asked, threads);
    }

    private static OpenBlasSearch byName(int threads) throws Unusable {
        List<String> names = names(System.getProperty("os.name", "").toLowerCase(Locale.ROOT));
        for (String name : names) {
            SymbolLookup symbols = open(name);
            if (symbols != null) {
                return bound(symbols, name, threads);
            }
        }
        throw new Unusable("not found: tried " + String.join(", ", names) + "; " + PROPERTY
                + " may give the absolute path of the library");
    }

    private static List<String> names(String system) {
        if (system.startsWith("mac")) {
            return List.of(
                    "libopenblas.0.dylib",
                    "libopenblas.dylib",
                    // Homebrew's folder, which loaders do not search.
                    "/opt/homebrew/opt/openblas/lib/libopenblas.dylib",
                    "/usr/local/opt/openblas/lib/libopenblas.dylib");
        }
        return system.startsWith("windows")
                ? List.of("libopenblas.dll", "openblas.dll")
                : List.of("libopenblas.so.0", "libopenblas.so");
    }

    private static OpenBlasSearch byPath(String asked, int threads) throws Unusable {
        Path path = absolute(asked);
        // Opening a pipe as a library would wait for its writer.
        if (!Files.isRegularFile(path)) {
            throw new Unusable("not found: " + PROPERTY + " is '" + asked + "', and there is no such file");
        }
        if (isLinux() && !ElfHeader.isSafeToLoad(path)) {
            throw new Unusable("off: " + asked + " (" + PROPERTY
                    + ") is no whole shared library of this platform, or it asks for an executable stack");
        }
        SymbolLookup symbols = open(path.toString());
        if (symbols == null) {
            throw new Unusable("off: " + asked + " (" + PROPERTY
                    + ") cannot be opened as a shared library; one that it needs may be missing");
        }
        return bound(symbols, asked, threads);
    }

    private static boolean isLinux() {
        return System.getProperty("os.name", "").equals("Linux");
    }

    private static Path absolute(String asked) throws Unusable {
        try {
            Path path = Path.of(asked);
            if (path.isAbsolute()) {
                return path;
            }
        } catch (InvalidPathException invalid) {
            // The code below reports a path that is not absolute.
        }
        throw new Unusable(
                "off: " + PROPERTY + " is '" + asked + "', expected the absolute path of a shared library, or off");
    }

    private static OpenBlasSearch bound(SymbolLookup symbols, String name, int threads) throws Unusable {
        String file = fileOf(symbols, name);
        try {
            OpenBlasLibrary library = OpenBlasLibrary.bind(symbols, threads);
            return new OpenBlasSearch(library, library.facts() + ", " + file);
        } catch (Unusable unusable) {
            throw new Unusable("off: " + file + " " + unusable.getMessage());
        }
    }

    /** Opens a library forever: threads of OpenBLAS must not lose their code. */
    @SuppressWarnings("restricted") // native access was checked; the name is constant, or an absolute path of the user
    private static @Nullable SymbolLookup open(String name) {
        try {
            return SymbolLookup.libraryLookup(name, Arena.global());
        } catch (IllegalArgumentException cannotBeOpened) {
            return null;
        }
    }

    private static int threads(String asked) throws Unusable {
        try {
            int threads = Integer.parseInt(asked);
            if (threads >= 1 && threads <= MOST_THREADS) {
                return threads;
            }
        } catch (NumberFormatException notANumber) {
            // The code below reports it.
        }
        throw new Unusable("off: " + THREADS_PROPERTY + " is '" + asked + "', expected 1 to " + MOST_THREADS);
    }

    /** Returns the loaded file with all links resolved, if the system shows it; otherwise {@code name}. */
    private static String fileOf(SymbolLookup symbols, String name) {
        Path maps = Path.of("/proc/self/maps");
        long address = symbols.find(OpenBlasLibrary.SGEMM)
                .map(symbol -> symbol.address())
                .orElse(0L);
        if (address == 0 || !Files.isReadable(maps)) {
            return name;
        }
        try {
            for (String line : Files.readAllLines(maps)) {
                int file = line.indexOf('/');
                if (file > 0 && contains(line, address)) {
                    return line.substring(file);
                }
            }
        } catch (IOException unreadable) {
            // The name suffices.
        }
        return name;
    }

    /**
     * Returns true if a line such as {@code 7f10-7f2c r-xp 0 08:01 42 /usr/lib/libopenblas.so.0} contains this address.
     */
    private static boolean contains(String line, long address) {
        int dash = line.indexOf('-');
        int end = line.indexOf(' ');
        return Long.compareUnsigned(address, Long.parseUnsignedLong(line, 0, dash, 16)) >= 0
                && Long.compareUnsigned(address, Long.parseUnsignedLong(line, dash + 1, end, 16)) < 0;
    }
}
