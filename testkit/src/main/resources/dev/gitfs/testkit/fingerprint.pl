# Prints a line for each path below the working directory, in byte order, except the one given.
use strict;
use warnings;
use Digest::SHA;
use Fcntl ':mode';

my ($except) = @ARGV;

sub escape {
  my ($bytes) = @_;
  $bytes =~ s/([^\x21-\x24\x26-\x7e])/sprintf("%%%02x", ord($1))/ge;
  return $bytes;
}

sub walk {
  my ($directory) = @_;
  opendir(my $handle, $directory eq '' ? '.' : $directory) or die "opendir $directory: $!";
  my @names = sort grep { $_ ne '.' && $_ ne '..' } readdir($handle);
  closedir($handle);
  for my $name (@names) {
    my $path = $directory eq '' ? $name : "$directory/$name";
    next if $path eq $except;
    my @status = lstat($path) or die "lstat $path: $!";
    my ($mode, $size) = ($status[2], $status[7]);
    my $line = sprintf("%s %06o", escape($path), $mode);
    if (S_ISDIR($mode)) {
      print "$line\n";
      walk($path);
    } elsif (S_ISLNK($mode)) {
      my $target = readlink($path);
      defined $target or die "readlink $path: $!";
      print "$line $size -> ", escape($target), "\n";
    } else {
      open(my $file, '<:raw', $path) or die "open $path: $!";
      my $sha = Digest::SHA->new(1)->addfile($file)->hexdigest;
      print "$line $size $sha\n";
    }
  }
}

walk('');
