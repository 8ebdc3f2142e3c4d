package io.quarkiverse.raftconfig.state;

/** A pattern in which {@code *} stands for any text. Time to match is at most the product of both lengths. */
final class Glob {
    private final String pattern;

    Glob(String pattern) {
        this.pattern = PropertyName.bare(pattern);
    }

    /** @param bare as {@link PropertyName#bare} gives it */
    boolean matches(String bare) {
        int at = 0;
        int in = 0;
        int star = -1;
        int starAt = 0;
        while (at < bare.length()) {
            if (in < pattern.length() && pattern.charAt(in) == '*') {
                star = in++;
                starAt = at;
            } else if (in < pattern.length() && pattern.charAt(in) == bare.charAt(at)) {
                in++;
                at++;
            } else if (star >= 0) {
                // The last star takes one character more. Earlier ones need not: what they took is as good as any.
                in = star + 1;
                at = ++starAt;
            } else {
                return false;
            }
        }
        while (in < pattern.length() && pattern.charAt(in) == '*') {
            in++;
        }
        return in == pattern.length();
    }

    /** True for a pattern without a star that is this name. */
    boolean isExactly(String bare) {
        return pattern.indexOf('*') < 0 && pattern.equals(bare);
    }
}
