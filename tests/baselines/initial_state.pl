# Answers Burgers with its initial state, forever: u = -sin(pi x). Reads and writes .npz without any library.
use strict;
use warnings;

my ($task_file, $seed, $out) = @ARGV;
open my $task, '<', $task_file or die "$task_file: $!";
my ($evaluation) = join('', <$task>) =~ /"evaluation": "([^"]+)"/ or die "no evaluation in $task_file";

# An npz that numpy writes is a zip of uncompressed npy files: local header, name, npy header, values.
open my $zip, '<:raw', $evaluation or die "$evaluation: $!";
my $bytes = do { local $/; <$zip> };
my $start = index($bytes, "\x93NUMPY", index($bytes, "points.npy"));
my $length = unpack 'v', substr $bytes, $start + 8, 2;
my ($rows, $columns) = substr($bytes, $start + 10, $length) =~ /'shape': \((\d+), (\d+)\)/ or die "no points";
my @points = unpack "d<" . $rows * $columns, substr $bytes, $start + 10 + $length;
my @u = map { -sin(3.14159265358979 * $points[$_ * $columns]) } 0 .. $rows - 1;

my $header = "{'descr': '<f8', 'fortran_order': False, 'shape': ($rows,), }";
$header .= ' ' x (63 - (10 + length $header) % 64) . "\n";
my $array = "\x93NUMPY\x01\x00" . pack('v', length $header) . $header . pack("d<*", @u);
my ($name, $size) = ('u.npy', length $array);
my $about = pack 'vvvvvVVVvv', 20, 0, 0, 0, 0x21, crc32($array), $size, $size, length $name, 0;
my $local = "PK\x03\x04$about$name$array";
my $central = "PK\x01\x02" . pack('v', 20) . $about . pack('vvvVV', 0, 0, 0, 0, 0) . $name;
my $end = "PK\x05\x06" . pack 'vvvvVVv', 0, 0, 1, 1, length $central, length $local, 0;
open my $prediction, '>:raw', "$out/prediction.npz" or die "$out: $!";
print $prediction $local, $central, $end;
print "answered $rows points with seed $seed\n";

sub crc32 {
    my $crc = 0xFFFFFFFF;
    for my $byte (unpack 'C*', shift) {
        $crc ^= $byte;
        $crc = $crc & 1 ? ($crc >> 1) ^ 0xEDB88320 : $crc >> 1 for 1 .. 8;
    }
    return $crc ^ 0xFFFFFFFF;
}
