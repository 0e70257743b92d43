declare builder='/bin/bash'
declare -a empty=()
declare -A emptySet=()
declare here='/tmp/strata-nixshell/store/n3984w98rn8mwqxlbz97mmixh3jkjzhd-structured:/tmp/strata-nixshell/store/d8vwng075vjlm2m0sfb8dgwj5myz35k9-structured-dev'
declare huge=123
declare large=-2147483648
declare letters='äöü €'
declare -a list=('a b' 1 1  '' 'it'\''s' 1 )
declare name='structured'
declare -a nativeBuildInputs=('/nix/store/ahm3xf5dkkbnajhagdnz8p3j4n7w4chc-plain' )
declare negative=-3
declare no=
declare nothing=''
declare number=12
declare -A outputs=(['dev']='/tmp/strata-nixshell/store/d8vwng075vjlm2m0sfb8dgwj5myz35k9-structured-dev' ['out']='/tmp/strata-nixshell/store/n3984w98rn8mwqxlbz97mmixh3jkjzhd-structured' )
declare -A set=(['key with '\''quote'\''']='v' ['no']= ['nothing']='' ['number']=1 ['yes']=1 )
declare shellHook='echo "hook of $name"'
declare system='x86_64-linux'
declare text='it'\''s "quoted"
	\ $HOME `x`'
declare whole=3
declare yes=1
